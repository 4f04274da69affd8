package wire

import (
	"encoding/base64"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// appendFloat writes the shortest text that reads back the same. What JSON has no
// number for is a string, as the AWS JSON protocols have it.
func appendFloat(buf []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(buf, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(buf, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(buf, `"-Infinity"`...)
	case f != 0 && (math.Abs(f) < 1e-6 || math.Abs(f) >= 1e21):
		return strconv.AppendFloat(buf, f, 'e', -1, bits)
	}
	return strconv.AppendFloat(buf, f, 'f', -1, bits)
}

func appendBase64(buf, b []byte) []byte {
	buf = append(buf, '"')
	buf = base64.StdEncoding.AppendEncode(buf, b)
	return append(buf, '"')
}

// appendTime writes epoch seconds as Java writes a double, with as many of three decimals
// as needed: 1.52692078749E9, and without an exponent below ten million (ECS0032).
func appendTime(buf []byte, t time.Time) []byte {
	ms := t.UnixMilli()
	if ms < 0 {
		buf = append(buf, '-')
		ms = -ms
	}
	if ms >= 1e10 {
		return appendExponent(buf, ms)
	}
	buf = strconv.AppendInt(buf, ms/1000, 10)
	fraction := ms % 1000
	if fraction == 0 {
		return buf
	}
	buf = append(buf, '.', byte('0'+fraction/100), byte('0'+fraction/10%10), byte('0'+fraction%10))
	for buf[len(buf)-1] == '0' {
		buf = buf[:len(buf)-1]
	}
	return buf
}

// appendExponent writes milliseconds as seconds with one digit before the point.
func appendExponent(buf []byte, ms int64) []byte {
	start := len(buf)
	buf = strconv.AppendInt(buf, ms, 10)
	exponent := len(buf) - start - len("000") - 1
	buf = slices.Insert(buf, start+1, '.')
	for buf[len(buf)-1] == '0' && len(buf) > start+len("1.0") {
		buf = buf[:len(buf)-1]
	}
	return strconv.AppendInt(append(buf, 'E'), int64(exponent), 10)
}

const hexDigits = "0123456789abcdef"

// appendString writes s quoted. Bytes that are not UTF-8 become U+FFFD; nothing
// is escaped for HTML's sake.
func appendString(buf []byte, s string) []byte {
	buf = append(buf, '"')
	done := 0
	for i := plainLen(s); i < len(s); i += plainLen(s[i:]) {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		buf = append(buf, s[done:i]...)
		buf = appendEscape(buf, c)
		i++
		done = i
	}
	return append(append(buf, s[done:]...), '"')
}

func appendEscape(buf []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(buf, '\\', c)
	case '\n':
		return append(buf, `\n`...)
	case '\r':
		return append(buf, `\r`...)
	case '\t':
		return append(buf, `\t`...)
	case '\b':
		return append(buf, `\b`...)
	case '\f':
		return append(buf, `\f`...)
	}
	if c >= utf8.RuneSelf {
		return utf8.AppendRune(buf, utf8.RuneError)
	}
	return append(buf, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}
