package sigv4

import (
	"net/http"
	"net/url"
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
		return appendEscaped(dst, path, "/%")
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
		dst = appendEscaped(append(dst, '/'), part, "")
	}
	if len(kept) == 0 || strings.HasSuffix(path, "/") {
		dst = append(dst, '/')
	}
	return dst
}

// appendQuery appends a query, escaped again and sorted by name and value as they are then.
func appendQuery(dst []byte, raw string, leftOut []string) (_ []byte, ok bool) {
	var pairs []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return dst, false
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return dst, false
		}
		if pair != "" && !slices.Contains(leftOut, name) {
			escaped := append(appendEscaped(nil, name, ""), 0) // sorts before all that is escaped
			pairs = append(pairs, string(appendEscaped(escaped, value, "")))
		}
	}
	slices.Sort(pairs)
	return append(dst, strings.ReplaceAll(strings.Join(pairs, "&"), "\x00", "=")...), true
}

// appendHeader appends the values of a header, without the spaces that do not count. net/http takes some headers away, whose
// values it keeps elsewhere. A header that is missing is an error: no client signs one.
func appendHeader(dst []byte, r *http.Request, name string) (_ []byte, ok bool) {
	values := valuesOf(r.Header, name)
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

// valuesOf are the values of a header by its name in lower case. Most names get the form that net/http has without memory of
// their own.
func valuesOf(header http.Header, name string) []string {
	var room [64]byte
	form, upper := room[:0], true
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z' && upper:
			c -= 'a' - 'A'
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-':
		default:
			return header[http.CanonicalHeaderKey(name)]
		}
		form, upper = append(form, c), c == '-'
	}
	return header[string(form)]
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

// appendEscaped appends text with escapes, but for unreserved bytes (RFC 3986) and those to keep.
func appendEscaped(dst []byte, text, keep string) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9',
			strings.IndexByte("-_.~", c) >= 0, strings.IndexByte(keep, c) >= 0:
			dst = append(dst, c)
		default:
			dst = append(dst, '%', digits[c>>4], digits[c&15])
		}
	}
	return dst
}
