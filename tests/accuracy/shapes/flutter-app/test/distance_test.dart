import 'package:flutter_test/flutter_test.dart';
import 'package:trailhead/distance.dart';

void main() {
  group('metres', () {
    test('is zero for one place', () {
      expect(metres(47, 11, 47, 11), 0);
    });

    test('is a degree of latitude', () {
      expect(metres(0, 0, 1, 0), closeTo(111195, 1));
    });
  });
}
