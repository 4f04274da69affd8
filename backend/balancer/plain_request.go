package balancer

import (
	"bytes"
	"context"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
)

// plainRequest is a request that is used again for the next one.
type plainRequest struct {
	*http.Request
	body   []byte
	fields plainFields
}

func (p *plainRequest) init(ctx context.Context, client string) {
	p.fields.header = http.Header{}
	p.Request = (&http.Request{Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: p.fields.header, RemoteAddr: client}).WithContext(ctx)
}

// forget lets go of what the request holds.
func (p *plainRequest) forget() {
	clear(p.fields.header)
	clear(p.fields.values)
	p.body, p.URL, p.RequestURI, p.Host = nil, nil, "", ""
}

// read reads a request, or returns false if it is not plain. A plain one takes all of the
// text, and there is one way alone to read it: a path, HTTP/1.1, one host, at most one
// length of its body and that all of it, and no header that changes how the message or its
// connection is to be understood. All that is refused is left to net/http to judge.
func (p *plainRequest) read(text []byte) bool {
	end := bytes.Index(text, endOfHead)
	if end < 0 {
		return false
	}
	head := string(text[:end+2])
	line, rest, _ := strings.Cut(head, "\r\n")
	method, line, _ := strings.Cut(line, " ")
	uri, ok := strings.CutSuffix(line, " HTTP/1.1")
	if !ok || !plainMethod(method) || !plainPath(uri) || !p.fields.read(rest) {
		return false
	}
	u, err := url.ParseRequestURI(uri)
	header := p.fields.header
	hosts := header["Host"]
	if err != nil || len(hosts) != 1 || !plainHost(hosts[0]) || p.fields.interpreted || p.fields.close {
		return false
	}
	delete(header, "Host")
	delete(header, "Connection")
	p.body = text[end+len(endOfHead):]
	if int64(len(p.body)) != max(p.fields.length, 0) {
		return false
	}
	p.Method, p.URL, p.RequestURI, p.Host, p.ContentLength = method, u, uri, hosts[0], int64(len(p.body))
	return true
}

// plainMethod is of the methods that have no meaning for a proxy.
func plainMethod(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return true
	}
	return false
}

func plainPath(uri string) bool {
	for i := range len(uri) {
		if c := uri[i]; c <= ' ' || c >= 0x7f || c == '#' {
			return false
		}
	}
	return len(uri) > 0 && uri[0] == '/'
}

func plainHost(host string) bool {
	for i := range len(host) {
		if c := lower(host[i]); (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != ':' {
			return false
		}
	}
	return host != ""
}

// plainFields are the fields of a head, with what they say of its body.
type plainFields struct {
	header      http.Header
	values      []string // the values of header, as most names have one
	length      int64    // of the body; negative if no field says it
	close       bool     // the connection ends with this message
	interpreted bool     // there is a field that changes how the message is to be read
}

// read reads lines that all end in CRLF, or returns false if one of them has anything but a
// name of letters, digits, hyphens and underscores, a colon, and visible text.
func (f *plainFields) read(lines string) bool {
	clear(f.header)
	f.values, f.length, f.close, f.interpreted = f.values[:0], -1, false, false
	for lines != "" {
		line, rest, ok := strings.Cut(lines, "\r\n")
		name, value, found := strings.Cut(line, ":")
		if !ok || !found || !plainName(name) || !plainValue(value) {
			return false
		}
		lines = rest
		f.add(textproto.CanonicalMIMEHeaderKey(name), strings.Trim(value, " \t"))
	}
	return true
}

func (f *plainFields) add(name, value string) {
	switch name {
	case "Content-Length":
		f.addLength(value)
	case "Connection":
		f.close = strings.EqualFold(value, "close")
		if !f.close && !strings.EqualFold(value, "keep-alive") || f.header[name] != nil {
			f.interpreted = true
		}
	case "Transfer-Encoding", "Te", "Trailer", "Upgrade", "Expect", "Keep-Alive", "Pragma",
		"Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Http2-Settings":
		f.interpreted = true
	}
	if had := f.header[name]; had != nil {
		f.header[name] = append(had, value)
		return
	}
	n := len(f.values)
	f.values = append(f.values, value)
	f.header[name] = f.values[n : n+1 : n+1]
}

// addLength takes digits alone, and only once.
func (f *plainFields) addLength(value string) {
	n, err := strconv.ParseUint(value, 10, 62)
	if err != nil || f.length >= 0 {
		f.interpreted = true
	}
	f.length = int64(n) //nolint:gosec // it has 62 bits
}

func plainName(name string) bool {
	for i := range len(name) {
		if c := lower(name[i]); (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
			return false
		}
	}
	return name != ""
}

func plainValue(value string) bool {
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c >= 0x7f {
			return false
		}
	}
	return true
}
