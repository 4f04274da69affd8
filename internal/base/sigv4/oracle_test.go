package sigv4_test

import (
	"bufio"
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"pgregory.net/rapid"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sigv4"
)

// signedBySDK is a request as the SDK's signer signs it, with all that it may have.
type signedBySDK struct {
	wire    []byte // as it is sent
	service string
	at      time.Time
	token   string
}

// drawSigned draws a request to one of the services and has it signed. Paths of services other than S3 have no dots and double
// slashes to take away: AWS takes them away, and the SDK leaves them in.
func drawSigned(t *rapid.T, services ...string) signedBySDK {
	service := rapid.SampledFrom(services).Draw(t, "service")
	segment := rapid.StringMatching(`([a-zA-Z0-9_~-]|%[0-9A-F][0-9A-F]){1,8}`)
	if service == "s3" {
		segment = rapid.StringMatching(`([a-zA-Z0-9._~-]|%[0-9A-F][0-9A-F]){0,8}`)
	}
	target := "/" + strings.Join(rapid.SliceOfN(segment, 0, 4).Draw(t, "path"), "/")
	pair := rapid.StringMatching(`[a-cA.~-]{1,2}=([a-z+./~=:?]|%[0-9A-Fa-f][0-9A-Fa-f]){0,6}`)
	query := rapid.SliceOfN(pair, 0, 6).Draw(t, "query")
	body := rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "body")
	r, err := http.NewRequest(rapid.SampledFrom([]string{"GET", "POST", "PUT", "DELETE"}).Draw(t, "method"),
		"http://example.com:8080"+target+"?"+strings.Join(query, "&"), bytes.NewReader(body))
	if err != nil {
		t.Skip(err) // such as %00 in a path
	}
	names := rapid.SampledFrom([]string{"Content-Type", "X-Amz-Target", "My-Header", "X-Amz-Meta-A", "User-Agent"})
	for _, name := range rapid.SliceOfN(names, 0, 6).Draw(t, "headers") {
		r.Header.Add(name, rapid.StringMatching(`[ -~]{0,12}`).Draw(t, "value"))
	}
	hash := sum(string(body))
	switch {
	case service == "s3":
		hash = rapid.SampledFrom([]string{hash, "UNSIGNED-PAYLOAD", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}).Draw(t, "hash")
		r.Header.Set("X-Amz-Content-Sha256", hash)
	case rapid.Bool().Draw(t, "hash"):
		r.Header.Set("X-Amz-Content-Sha256", hash)
	}
	signed := signedBySDK{service: service, token: rapid.SampledFrom([]string{"", "a/b+c=="}).Draw(t, "token"),
		at: clock.Add(time.Duration(rapid.IntRange(-299, 299).Draw(t, "seconds")) * time.Second)}
	credentials := aws.Credentials{AccessKeyID: key, SecretAccessKey: secret, SessionToken: signed.token}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = service == "s3" })
	if rapid.Bool().Draw(t, "presigned") {
		r = presign(t, signer, credentials, r, body, hash, &signed)
	} else if err := signer.SignHTTP(t.Context(), credentials, r, hash, service, "eu-central-1", signed.at); err != nil {
		t.Fatal(err)
	}
	r.URL.RawQuery = written(t, r.URL.RawQuery)
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatal(err)
	}
	signed.wire = wire.Bytes()
	return signed
}

// presign returns the request that a client makes of a presigned URL.
func presign(t *rapid.T, signer *v4.Signer, credentials aws.Credentials, r *http.Request, body []byte, hash string,
	signed *signedBySDK) *http.Request {
	if rapid.Bool().Draw(t, "expires") {
		r.URL.RawQuery += "&X-Amz-Expires=" + strconv.Itoa(rapid.IntRange(300, 604800).Draw(t, "seconds"))
	}
	to, header, err := signer.PresignHTTP(t.Context(), credentials, r, hash, signed.service, "eu-central-1", signed.at)
	if err != nil {
		t.Fatal(err)
	}
	made, err := http.NewRequest(r.Method, to, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	header.Del("Host")
	header.Del("Content-Length")
	made.Header = header
	return made
}

// written is a query as another client may write it: in another order, with + for a space, with escapes in lower case.
func written(t *rapid.T, query string) string {
	if query == "" {
		return ""
	}
	pairs := rapid.Permutation(strings.Split(query, "&")).Draw(t, "order")
	for i, pair := range pairs {
		name, value, _ := strings.Cut(pair, "=")
		switch rapid.IntRange(0, 2).Draw(t, "escapes") {
		case 0:
			value = strings.ReplaceAll(value, "%20", "+")
		case 1:
			value = strings.ReplaceAll(value, "%2F", "%2f")
		}
		pairs[i] = name + "=" + value
	}
	return strings.Join(pairs, "&")
}

// arrive reads a request as a server does.
func arrive(wire []byte) (r *http.Request, body []byte, err error) {
	r, err = http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
	if err != nil {
		return nil, nil, err
	}
	body, err = io.ReadAll(r.Body)
	return r, body, err
}

// check is what a server does with a signature: a key that it does not know has another secret.
func check(v *sigv4.Verifier, r *http.Request, body []byte, service string) (s sigv4.Signature, ok bool, err error) {
	s, ok, err = sigv4.Parse(r)
	if err != nil || !ok {
		return s, ok, err
	}
	known := secret
	if s.AccessKeyID != key {
		known = "unknown"
	}
	return s, true, v.Verify(r, s, body, known, service, clock)
}

// TestWhatTheSDKSignsVerifies has the SDK's signer as oracle.
func TestWhatTheSDKSignsVerifies(t *testing.T) {
	var v sigv4.Verifier
	rapid.Check(t, func(t *rapid.T) {
		signed := drawSigned(t, "ecs", "scheduler", "s3")
		r, body, err := arrive(signed.wire)
		if err != nil {
			t.Fatal(err)
		}
		s, ok, err := check(&v, r, body, signed.service)
		if err != nil || !ok {
			t.Fatalf("signed %t, error %v:\n%q", ok, err, signed.wire)
		}
		if s.Service != signed.service || s.Region != "eu-central-1" || s.Token != signed.token || !s.Time.Equal(signed.at) {
			t.Errorf("parsed %+v", s)
		}
	})
}

// TestAChangedByteIsRefused changes one byte anywhere in a request. What is verified then still means the same.
func TestAChangedByteIsRefused(t *testing.T) {
	var v sigv4.Verifier
	rapid.Check(t, func(t *rapid.T) {
		signed := drawSigned(t, "ecs", "scheduler") // S3 has requests of which the body is not signed
		before, body, err := arrive(signed.wire)
		if err != nil {
			t.Fatal(err)
		}
		s, _, err := check(&v, before, body, signed.service)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			wire := slices.Clone(signed.wire)
			at := rapid.IntRange(0, len(wire)-1).Draw(t, "at")
			wire[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
			after, changed, err := arrive(wire)
			if err != nil {
				continue // is no request
			}
			_, ok, err := check(&v, after, changed, signed.service)
			if ok && err == nil && meaning(after, changed, s) != meaning(before, body, s) {
				t.Errorf("verified byte %d:\n%q\n%q", at, signed.wire, wire)
			}
		}
	})
}

// meaning is all that a signature protects, in words of the standard library. Dots and double slashes of a path mean nothing.
func meaning(r *http.Request, body []byte, s sigv4.Signature) string {
	query := []string{}
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		if values, err := url.ParseQuery(pair); err != nil {
			query = append(query, err.Error()) // handlers do not see it
		} else if pair != "" {
			query = append(query, values.Encode())
		}
	}
	slices.Sort(query)
	clean := path.Clean(r.URL.EscapedPath())
	if strings.HasSuffix(r.URL.EscapedPath(), "/") && clean != "/" {
		clean += "/"
	}
	text := []string{r.Method, clean, strings.Join(query, "&"), r.Host, string(body)}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if name != "Authorization" && slices.Contains(s.Signed, strings.ToLower(name)) {
			text = append(text, name+":"+strings.Join(strings.Fields(strings.Join(r.Header[name], ",")), " "))
		}
	}
	return strings.Join(text, "\n")
}
