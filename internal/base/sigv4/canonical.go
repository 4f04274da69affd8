package sigv4

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// canonicalRequest appends the canonical request to dst. Its path is as plain says, and its query without the parameters
// that are left out. ok is false if a header that is signed is missing, or if an escape of the query is broken.
func (s *Signature) canonicalRequest(dst []byte, r *http.Request, hash string, plain bool, leftOut ...string) (_ []byte, ok bool) {
	dst = append(append(dst, r.Method...), '\n')
	dst = append(appendPath(dst, rawPath(r), plain), '\n')
	if dst, ok = appendQuery(dst, rawQuery(r), leftOut); !ok {
		return dst, false
	}
	dst = append(dst, '\n')
	for _, name := range s.Signed {
		dst = append(append(dst, name...), ':')
		if dst, ok = appendHeader(dst, r, name); !ok {
			return dst, false
		}
		dst = append(dst, '\n')
	}
	dst = append(dst, '\n')
	for i, name := range s.Signed {
		if i > 0 {
			dst = append(dst, ';')
		}
		dst = append(dst, name...)
	}
	return append(append(dst, '\n'), hash...), true
}

// rawPath is the path as it was sent, also if a handler before this one has changed the URL.
func rawPath(r *http.Request) string {
	path := r.RequestURI
	if _, rest, ok := strings.Cut(path, "://"); ok && path[0] != '/' { // a request to a proxy
		path = rest[strings.IndexAny(rest+"/", "/?"):]
	}
	path, _, _ = strings.Cut(path, "?")
	if r.RequestURI == "" && r.URL != nil { // it did not come over a connection
		path = r.URL.EscapedPath()
	}
	if !strings.HasPrefix(path, "/") {
		return "/" + path
	}
	return path
}

// appendPath appends a path as it was sent: plain with the escapes that it has, as S3 signs it, else without dots and double
// slashes, and with these escapes escaped again.
func appendPath(dst []byte, path string, plain bool) []byte {
	if plain {
		for i := 0; i < len(path); i++ {
			if path[i] == '%' && i+2 < len(path) && hexDigit(path[i+1]) >= 0 && hexDigit(path[i+2]) >= 0 {
				dst = append(dst, path[i:i+3]...)
				i += 2
				continue
			}
			dst = appendByte(dst, path[i], true)
		}
		return dst
	}
	var kept []string
	for part := range strings.SplitSeq(path, "/") {
		switch {
		case part == ".." && len(kept) > 0:
			kept = kept[:len(kept)-1]
		case part != "" && part != "." && part != "..":
			kept = append(kept, part)
		}
	}
	for _, part := range kept {
		dst = appendEscaped(append(dst, '/'), part)
	}
	if len(kept) == 0 || strings.HasSuffix(path, "/") {
		dst = append(dst, '/')
	}
	return dst
}

// appendQuery appends a query, sorted by name and value as they are escaped.
func appendQuery(dst []byte, raw string, leftOut []string) (_ []byte, ok bool) {
	if raw == "" {
		return dst, true
	}
	var pairs []string
	var room [256]byte
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		escaped, ok := appendAgain(room[:0], name)
		if !ok {
			return dst, false
		}
		if slices.Contains(leftOut, string(escaped)) {
			continue
		}
		escaped, ok = appendAgain(append(escaped, 0), value) // no byte sorts before 0, and none that is escaped is 0
		if !ok {
			return dst, false
		}
		pairs = append(pairs, string(escaped))
	}
	slices.Sort(pairs)
	for i, pair := range pairs {
		if i > 0 {
			dst = append(dst, '&')
		}
		name, value, _ := strings.Cut(pair, "\x00")
		dst = append(append(append(dst, name...), '='), value...)
	}
	return dst, true
}

// appendHeader appends the values of a header, without the spaces that do not count. net/http takes some headers away, whose
// values it keeps elsewhere. A header that is missing is an error: no client signs one.
func appendHeader(dst []byte, r *http.Request, name string) (_ []byte, ok bool) {
	values := r.Header[http.CanonicalHeaderKey(name)]
	switch {
	case name == "host" || name == ":authority":
		return appendTrimmed(dst, r.Host), true
	case len(values) > 0:
	case name == "content-length" && r.ContentLength >= 0:
		return strconv.AppendInt(dst, r.ContentLength, 10), true
	case name == "transfer-encoding":
		values = r.TransferEncoding
	}
	for i, value := range values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendTrimmed(dst, value)
	}
	return dst, len(values) > 0
}

// appendTrimmed appends text without the spaces around it, and one space for several.
func appendTrimmed(dst []byte, text string) []byte {
	start := len(dst)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; c {
		case ' ', '\t', '\n', '\v', '\f', '\r':
			if len(dst) > start && dst[len(dst)-1] != ' ' {
				dst = append(dst, ' ')
			}
		default:
			dst = append(dst, c)
		}
	}
	if len(dst) > start && dst[len(dst)-1] == ' ' {
		return dst[:len(dst)-1]
	}
	return dst
}

// appendAgain appends a part of a query, of which the escapes are undone, escaped as signatures have it.
func appendAgain(dst []byte, text string) (_ []byte, ok bool) {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '+':
			c = ' '
		case c == '%':
			if i+2 >= len(text) || hexDigit(text[i+1]) < 0 || hexDigit(text[i+2]) < 0 {
				return dst, false
			}
			c = byte(hexDigit(text[i+1])<<4 | hexDigit(text[i+2]))
			i += 2
		}
		dst = appendByte(dst, c, false)
	}
	return dst, true
}

func appendEscaped(dst []byte, text string) []byte {
	for i := 0; i < len(text); i++ {
		dst = appendByte(dst, text[i], false)
	}
	return dst
}

// appendByte appends a byte, escaped unless it is unreserved (RFC 3986), or a slash that stays.
func appendByte(dst []byte, c byte, slash bool) []byte {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~', c == '/' && slash:
		return append(dst, c)
	}
	const digits = "0123456789ABCDEF"
	return append(dst, '%', digits[c>>4], digits[c&15])
}

// hexDigit returns -1 if c is none.
func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
