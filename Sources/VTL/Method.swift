/// Names of methods and properties of Java's classes, told apart once, when a template is parsed.
enum Method: String, Sendable {
    case unknown = ""
    // Any object.
    case `class`, getClass, equals, hashCode, toString, compareTo
    // String.
    case bytes, length, substring, subSequence, indexOf, lastIndexOf, charAt, contains, startsWith, endsWith, equalsIgnoreCase
    case compareToIgnoreCase, empty, isEmpty, isBlank, blank, trim, strip, toUpperCase, toLowerCase, concat, replace, replaceAll
    case replaceFirst, matches, split, toCharArray, valueOf, format, join, `repeat`, codePointAt, intern, getBytes
    case stripLeading, stripTrailing, contentEquals, regionMatches, codePointBefore, codePointCount, offsetByCodePoints
    case copyValueOf
    // Character.
    case charValue, isDigit, isLetter, isLetterOrDigit, isUpperCase, isLowerCase, isWhitespace, getNumericValue
    // List and Map; json-smart's array.
    case toJSONString
    case size, get, set, add, addAll, remove, containsAll, subList, clear, iterator, toArray, removeAll, retainAll
    case put, putAll, containsKey, containsValue, keySet, values, entrySet, getOrDefault, putIfAbsent
    // A loop's scope.
    case index, count, hasNext
    // Numbers and Boolean.
    case intValue, longValue, doubleValue, floatValue, parseInt, parseLong, parseDouble, parseBoolean, booleanValue, max, min, abs
    case sum, signum, toHexString, toBinaryString, toOctalString, isNaN, isInfinite, naN, infinite, compare
}
