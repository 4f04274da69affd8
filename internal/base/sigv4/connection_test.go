package sigv4_test

import (
	"cmp"
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
	dated  = "X-Amz-Date: " + now
	query  = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + key + "%2F20260926%2Fus-east-1%2Fecs%2Faws4_request" +
		"&X-Amz-Date=" + now
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

// connectionCase is a request, with the canonical request that its client makes of it.
type connectionCase struct {
	service       string // ecs
	line          string // method and target: GET /
	headers, body string // X-Amz-Date
	signed        string // in the Authorization header: as in the canonical request
	// The canonical request: /, no query, the host and what follows it, host;x-amz-date, the hash of the body.
	path, query, canonical, names, hash string
}

// connectionCases are as comments of connectionCase say where they leave something out.
var connectionCases = map[string]connectionCase{
	"no body": {},
	"headers that the SDK does not sign": {line: "POST /", names: "expect;host;user-agent;x-amz-date;x-amzn-trace-id",
		headers:   "Expect: 100-continue\r\nUser-Agent: a/1  b/2 \r\nX-Amzn-Trace-Id: Root=1-5\r\n" + dated,
		canonical: "expect:100-continue\nhost:example.com\nuser-agent:a/1 b/2\nx-amz-date:" + now + "\nx-amzn-trace-id:Root=1-5"},
	"content-length": {line: "POST /", headers: dated + "\r\nContent-Length: 2", body: "{}",
		canonical: "content-length:2\nhost:example.com\nx-amz-date:" + now, names: "content-length;host;x-amz-date"},
	"a content-length that is not signed": {line: "POST /", headers: dated + "\r\nContent-Length: 2", body: "{}"},
	"a content-length that is not sent": {names: "content-length;host;x-amz-date",
		canonical: "content-length:0\nhost:example.com\nx-amz-date:" + now},
	"chunks": {line: "POST /", headers: dated + "\r\nTransfer-Encoding: chunked", body: "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
		names:     "host;transfer-encoding;x-amz-date",
		canonical: "host:example.com\ntransfer-encoding:chunked\nx-amz-date:" + now, hash: sum("{}")},
	"a packed body": {line: "POST /", headers: dated + "\r\nContent-Encoding: gzip\r\nContent-Length: 4", body: "\x1f\x8b\x08\x00"},
	"a hash in a header": {line: "POST /", headers: dated + "\r\nX-Amz-Content-Sha256: " + sum("{}") + "\r\nContent-Length: 2",
		body: "{}", names: "host;x-amz-content-sha256;x-amz-date",
		canonical: "host:example.com\nx-amz-content-sha256:" + sum("{}") + "\nx-amz-date:" + now},
	"a header that is there twice, folded, with spaces": {headers: "My-Header:  b   c \r\n" + dated + "\r\nMY-HEADER: a\r\n   d",
		canonical: "host:example.com\nmy-header:b c,a d\nx-amz-date:" + now, names: "host;my-header;x-amz-date"},
	"signed headers in another order and case, one of them twice": {signed: "X-Amz-Date;Host;host"},
	"a Date header in ISO 8601": {headers: "Date: " + now, names: "date;host",
		canonical: "date:" + now + "\nhost:example.com"},
	"a Date header as botocore writes it": {headers: "Date: Sat, 26 Sep 2026 12:00:00 GMT", names: "date;host",
		canonical: "date:Sat, 26 Sep 2026 12:00:00 GMT\nhost:example.com"},
	"X-Amz-Date before Date":              {headers: "Date: Sat, 26 Sep 2020 12:00:00 GMT\r\n" + dated},
	"a date that is not signed":           {canonical: "host:example.com", names: "host"},
	"a whole URL":                         {line: "GET http://example.com/a?b", path: "/a", query: "b="},
	"a whole URL without a path":          {line: "GET http://example.com?b=/", query: "b=%2F"},
	"escapes, dots and slashes of a path": {line: "GET //a%2Fb/./x/../c%20d/(e)//", path: "/a%252Fb/c%2520d/%28e%29/"},
	"dots beyond the root":                {line: "GET /../../a/.."},
	"a path of S3":                        {service: "s3", line: "GET //a%2Fb/./x/../c%20d/(e)//", path: "//a%2Fb/./x/../c%20d/%28e%29//"},
	"a body of S3 that is not signed": {service: "s3", line: "PUT /", body: "x",
		headers: dated + "\r\nX-Amz-Content-Sha256: UNSIGNED-PAYLOAD\r\nContent-Length: 1",
		names:   "host;x-amz-content-sha256;x-amz-date", hash: "UNSIGNED-PAYLOAD",
		canonical: "host:example.com\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:" + now},
	"a query": {line: "GET /?b=1&a=x+y&b&a=%2f&=&%41=~&b=0&a-b=&B=%2b&",
		query: "=&A=~&B=%2B&a=%2F&a=x%20y&a-b=&b=&b=0&b=1"},
	"a presigned query": {line: "GET /?Action=GetCallerIdentity&" + query + "&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id",
		headers: "X-K8s-Aws-Id: c", canonical: "host:example.com\nx-k8s-aws-id:c", names: "host;x-k8s-aws-id",
		query: "Action=GetCallerIdentity&" + query + "&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id"},
	"escaped names in a presigned query": {line: "GET /?" + strings.ReplaceAll(query, "X-", "X%2d") + "&X-Amz-SignedHeaders=host",
		canonical: "host:example.com", names: "host", query: query + "&X-Amz-SignedHeaders=host"},
	"a presigned query that does not say when it expires": {line: "GET /?" + query + "&X-Amz-SignedHeaders=host",
		canonical: "host:example.com", names: "host", query: query + "&X-Amz-SignedHeaders=host"},
	"a presigned query of S3": {service: "s3", line: "PUT /a?" + query + "&X-Amz-SignedHeaders=host", headers: "Content-Length: 1",
		body: "x", path: "/a", canonical: "host:example.com", names: "host", hash: "UNSIGNED-PAYLOAD",
		query: query + "&X-Amz-SignedHeaders=host"},
	"a hash in a presigned query": {line: "POST /?" + query + "&X-Amz-SignedHeaders=host&X-Amz-Content-Sha256=" + sum("x"),
		headers: "Content-Length: 1", body: "x", canonical: "host:example.com", names: "host",
		query: strings.Replace(query, "&", "&X-Amz-Content-Sha256="+sum("x")+"&", 1) + "&X-Amz-SignedHeaders=host"},
}

// complete fills in what a case leaves out.
func (c connectionCase) complete() connectionCase {
	c.service, c.line, c.headers = cmp.Or(c.service, "ecs"), cmp.Or(c.line, "GET /"), cmp.Or(c.headers, dated)
	c.path, c.names, c.hash = cmp.Or(c.path, "/"), cmp.Or(c.names, "host;x-amz-date"), cmp.Or(c.hash, sum(c.body))
	c.canonical, c.signed = cmp.Or(c.canonical, "host:example.com\nx-amz-date:"+now), cmp.Or(c.signed, c.names)
	c.line, c.query = strings.ReplaceAll(c.line, "%2Fecs", "%2F"+c.service), strings.ReplaceAll(c.query, "%2Fecs", "%2F"+c.service)
	return c
}

// TestRequestsAsTheyComeOverAConnection sends each request byte by byte, with the signature of its canonical request.
func TestRequestsAsTheyComeOverAConnection(t *testing.T) {
	for name, c := range connectionCases {
		t.Run(name, func(t *testing.T) {
			c := c.complete()
			method, target, _ := strings.Cut(c.line, " ")
			signature := sign(strings.Join([]string{method, c.path, c.query, c.canonical, "", c.names, c.hash}, "\n"), c.service)
			if strings.Contains(target, "Amz-Algorithm") {
				target += "&X-Amz-Signature=" + signature
			} else {
				c.headers += "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=" + key + "/20260926/us-east-1/" + c.service +
					"/aws4_request, SignedHeaders=" + c.signed + ", Signature=" + signature
			}
			s, err := send(t, method+" "+target+" HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n"+c.headers+"\r\n\r\n"+c.body,
				c.service, clock)
			if err != nil {
				t.Error(err)
			}
			if s.AccessKeyID != key || s.Service != c.service || s.Region != "us-east-1" || s.Date != now[:8] || !s.Time.Equal(clock) {
				t.Errorf("%+v", s)
			}
		})
	}
}
