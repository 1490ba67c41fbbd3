import 'package:flutter_test/flutter_test.dart';
import 'package:trailhead/walk.dart';

void main() {
  test('short walks are in metres', () {
    expect(Walk('pond', 640.4).length, '640 m');
  });

  test('long walks are in kilometres', () {
    expect(Walk('ridge', 12345).length, '12.3 km');
  });
}
