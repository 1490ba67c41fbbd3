class Walk {
  Walk(this.name, this.metres);

  final String name;
  final double metres;

  String get length => metres < 1000 ? '${metres.round()} m' : '${(metres / 1000).toStringAsFixed(1)} km';
}
