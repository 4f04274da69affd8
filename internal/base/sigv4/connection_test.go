package sigv4_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sigv4"
)

const (
	key    = "AKIDEXAMPLE"
	secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	empty  = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	now    = "20260926T120000Z"
)

var clock = time.Date(2026, 9, 26, 12, 0, 0, 0, time.UTC)

// sign signs a canonical request that the test writes down itself.
func sign(canonical, service string) string {
	mac := func(key []byte, text string) []byte {
		h := hmac.New(sha256.New, key)
		h.Write([]byte(text))
		return h.Sum(nil)
	}
	derived := []byte("AWS4" + secret)
	for _, part := range []string{now[:8], "us-east-1", service, "aws4_request"} {
		derived = mac(derived, part)
	}
	return hex.EncodeToString(mac(derived, fmt.Sprintf("AWS4-HMAC-SHA256\n%s\n%s/us-east-1/%s/aws4_request\n%x",
		now, now[:8], service, sha256.Sum256([]byte(canonical)))))
}

func sum(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

// send sends a request byte by byte as it is written, and returns what Parse and Verify say of it in a server.
func send(t *testing.T, wire, service string, at time.Time) (s sigv4.Signature, err error) {
	err = errors.New("the request did not arrive")
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, problem := io.ReadAll(r.Body)
		if problem != nil {
			t.Error(problem)
		}
		signed := false
		if s, signed, err = sigv4.Parse(r); err == nil && signed {
			err = new(sigv4.Verifier).Verify(r, s, body, secret, service, at)
		} else if err == nil {
			err = errors.New("not signed")
		}
	}))
	defer server.Close()
	conn, problem := net.Dial("tcp", server.Listener.Addr().String())
	if problem != nil {
		t.Fatal(problem)
	}
	defer conn.Close()
	if _, problem = io.WriteString(conn, wire); problem == nil {
		_, problem = io.ReadAll(conn)
	}
	if problem != nil {
		t.Fatal(problem)
	}
	server.Close() // waits for the handler
	return s, err
}

// Each request is sent as it stands here, with the signature of the canonical request, which is written down beside it.
func TestRequestsAsTheyComeOverAConnection(t *testing.T) {
	presigned := "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + key + "%2F20260926%2Fus-east-1%2FSERVICE%2Faws4_request&X-Amz-Date=" + now
	for name, c := range map[string]struct {
		service          string // ecs if it is empty
		line             string // method and target
		headers, body    string
		signed           string // SignedHeaders, in a header
		path, query      string // the canonical ones
		canonicalHeaders string
		hash             string
	}{
		"no body": {line: "GET /", headers: "X-Amz-Date: " + now, signed: "host;x-amz-date", path: "/",
			canonicalHeaders: "host:example.com\nx-amz-date:" + now, hash: empty},
		"headers that the SDK does not sign": {line: "POST /", signed: "expect;host;user-agent;x-amz-date;x-amzn-trace-id", path: "/",
			headers:          "Expect: 100-continue\r\nUser-Agent: a/1  b/2 \r\nX-Amzn-Trace-Id: Root=1-5\r\nX-Amz-Date: " + now,
			canonicalHeaders: "expect:100-continue\nhost:example.com\nuser-agent:a/1 b/2\nx-amz-date:" + now + "\nx-amzn-trace-id:Root=1-5", hash: empty},
		"content-length": {line: "POST /", headers: "X-Amz-Date: " + now + "\r\nContent-Length: 2", body: "{}", path: "/",
			signed: "content-length;host;x-amz-date", canonicalHeaders: "content-length:2\nhost:example.com\nx-amz-date:" + now, hash: sum("{}")},
		"a content-length that is not signed": {line: "POST /", headers: "X-Amz-Date: " + now + "\r\nContent-Length: 2", body: "{}", path: "/",
			signed: "host;x-amz-date", canonicalHeaders: "host:example.com\nx-amz-date:" + now, hash: sum("{}")},
		"a content-length that net/http takes for granted": {line: "GET /", headers: "X-Amz-Date: " + now, path: "/",
			signed: "content-length;host;x-amz-date", canonicalHeaders: "content-length:0\nhost:example.com\nx-amz-date:" + now, hash: empty},
		"chunks": {line: "POST /", headers: "X-Amz-Date: " + now + "\r\nTransfer-Encoding: chunked", body: "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", path: "/",
			signed: "host;transfer-encoding;x-amz-date", canonicalHeaders: "host:example.com\ntransfer-encoding:chunked\nx-amz-date:" + now, hash: sum("{}")},
		"a packed body": {line: "POST /", headers: "X-Amz-Date: " + now + "\r\nContent-Encoding: gzip\r\nContent-Length: 4", body: "\x1f\x8b\x08\x00",
			path: "/", signed: "host;x-amz-date", canonicalHeaders: "host:example.com\nx-amz-date:" + now, hash: sum("\x1f\x8b\x08\x00")},
		"a hash in a header": {line: "POST /", headers: "X-Amz-Date: " + now + "\r\nX-Amz-Content-Sha256: " + sum("{}") + "\r\nContent-Length: 2", body: "{}",
			path: "/", signed: "host;x-amz-content-sha256;x-amz-date", hash: sum("{}"),
			canonicalHeaders: "host:example.com\nx-amz-content-sha256:" + sum("{}") + "\nx-amz-date:" + now},
		"a header that is there twice, folded, with spaces": {line: "GET /", signed: "host;my-header;x-amz-date", path: "/", hash: empty,
			headers:          "My-Header:  b   c \r\nX-Amz-Date: " + now + "\r\nMY-HEADER: a\r\n   d",
			canonicalHeaders: "host:example.com\nmy-header:b c,a d\nx-amz-date:" + now},
		"signed headers in another order and case, one of them twice": {line: "GET /", headers: "X-Amz-Date: " + now, signed: "X-Amz-Date;Host;host", path: "/",
			canonicalHeaders: "host:example.com\nx-amz-date:" + now, hash: empty},
		"a Date header in ISO 8601": {line: "GET /", headers: "Date: " + now, signed: "date;host", path: "/",
			canonicalHeaders: "date:" + now + "\nhost:example.com", hash: empty},
		"a Date header as botocore writes it": {line: "GET /", headers: "Date: Sat, 26 Sep 2026 12:00:00 GMT", signed: "date;host", path: "/",
			canonicalHeaders: "date:Sat, 26 Sep 2026 12:00:00 GMT\nhost:example.com", hash: empty},
		"X-Amz-Date before Date": {line: "GET /", headers: "Date: Sat, 26 Sep 2020 12:00:00 GMT\r\nX-Amz-Date: " + now, signed: "host;x-amz-date", path: "/",
			canonicalHeaders: "host:example.com\nx-amz-date:" + now, hash: empty},
		"a date that is not signed": {line: "GET /", headers: "X-Amz-Date: " + now, signed: "host", path: "/", canonicalHeaders: "host:example.com", hash: empty},
		"a whole URL": {line: "GET http://example.com/a?b", headers: "X-Amz-Date: " + now, signed: "host;x-amz-date", path: "/a", query: "b=",
			canonicalHeaders: "host:example.com\nx-amz-date:" + now, hash: empty},
		"a whole URL without a path": {line: "GET http://example.com?b=/", headers: "X-Amz-Date: " + now, signed: "host;x-amz-date", path: "/", query: "b=%2F",
			canonicalHeaders: "host:example.com\nx-amz-date:" + now, hash: empty},
		"escapes, dots and slashes of a path": {line: "GET //a%2Fb/./x/../c%20d/(e)//", headers: "X-Amz-Date: " + now, signed: "host;x-amz-date",
			path: "/a%252Fb/c%2520d/%28e%29/", canonicalHeaders: "host:example.com\nx-amz-date:" + now, hash: empty},
		"dots beyond the root": {line: "GET /../../a/..", headers: "X-Amz-Date: " + now, signed: "host;x-amz-date", path: "/",
			canonicalHeaders: "host:example.com\nx-amz-date:" + now, hash: empty},
		"a path of S3": {service: "s3", line: "GET //a%2Fb/./x/../c%20d/(e)//", headers: "X-Amz-Date: " + now + "\r\nX-Amz-Content-Sha256: UNSIGNED-PAYLOAD",
			signed: "host;x-amz-content-sha256;x-amz-date", path: "//a%2Fb/./x/../c%20d/%28e%29//", hash: "UNSIGNED-PAYLOAD",
			canonicalHeaders: "host:example.com\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:" + now},
		"a query": {line: "GET /?b=1&a=x+y&b&a=%2f&=&%41=~&b=0&a-b=&B=%2b&", headers: "X-Amz-Date: " + now, signed: "host;x-amz-date", path: "/",
			query: "=&A=~&B=%2B&a=%2F&a=x%20y&a-b=&b=&b=0&b=1", canonicalHeaders: "host:example.com\nx-amz-date:" + now, hash: empty},
		"a presigned query": {service: "sts", line: "GET /?Action=GetCallerIdentity&" + presigned + "&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id",
			headers: "X-K8s-Aws-Id: c", path: "/", canonicalHeaders: "host:example.com\nx-k8s-aws-id:c", signed: "host;x-k8s-aws-id", hash: empty,
			query: "Action=GetCallerIdentity&" + presigned + "&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id"},
		"escaped names in a presigned query": {line: "GET /?" + strings.ReplaceAll(presigned, "X-", "X%2d") + "&X-Amz-SignedHeaders=host",
			path: "/", canonicalHeaders: "host:example.com", signed: "host", hash: empty, query: presigned + "&X-Amz-SignedHeaders=host"},
		"a presigned query that does not say when it expires": {line: "GET /?" + presigned + "&X-Amz-SignedHeaders=host",
			path: "/", canonicalHeaders: "host:example.com", signed: "host", hash: empty, query: presigned + "&X-Amz-SignedHeaders=host"},
		"a presigned query of S3": {service: "s3", line: "PUT /a?" + presigned + "&X-Amz-SignedHeaders=host", headers: "Content-Length: 1", body: "x", path: "/a",
			canonicalHeaders: "host:example.com", signed: "host", hash: "UNSIGNED-PAYLOAD", query: presigned + "&X-Amz-SignedHeaders=host"},
		"a hash in a presigned query": {line: "POST /?X-Amz-Content-Sha256=" + sum("x") + "&" + presigned + "&X-Amz-SignedHeaders=host",
			headers: "Content-Length: 1", body: "x", path: "/", canonicalHeaders: "host:example.com", signed: "host", hash: sum("x"),
			query: "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Content-Sha256=" + sum("x") + presigned[len("X-Amz-Algorithm=AWS4-HMAC-SHA256"):] + "&X-Amz-SignedHeaders=host"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.service == "" {
				c.service = "ecs"
			}
			method, target, _ := strings.Cut(c.line, " ")
			signedHeaders := c.signed
			if signedHeaders == "X-Amz-Date;Host;host" {
				signedHeaders = "host;x-amz-date"
			}
			query := strings.ReplaceAll(c.query, "SERVICE", c.service)
			signature := sign(strings.Join([]string{method, c.path, query, c.canonicalHeaders, "", signedHeaders, c.hash}, "\n"), c.service)
			target = strings.ReplaceAll(target, "SERVICE", c.service)
			if strings.Contains(target, "Amz-Algorithm") {
				target += "&X-Amz-Signature=" + signature
			} else {
				c.headers += "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=" + key + "/20260926/us-east-1/" + c.service +
					"/aws4_request, SignedHeaders=" + c.signed + ", Signature=" + signature
			}
			wire := method + " " + target + " HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n" +
				strings.TrimLeft(c.headers+"\r\n", "\r\n") + "\r\n" + c.body
			s, err := send(t, wire, c.service, clock)
			if err != nil {
				t.Error(err)
			}
			if s.AccessKeyID != key || s.Service != c.service || s.Region != "us-east-1" || s.Date != "20260926" || !s.Time.Equal(clock) {
				t.Errorf("%+v", s)
			}
		})
	}
}
