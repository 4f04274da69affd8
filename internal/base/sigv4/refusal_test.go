package sigv4_test

import (
	"bufio"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sigv4"
)

const (
	scope         = key + "/20260926/us-east-1/ecs/aws4_request"
	hmac256       = "Authorization: AWS4-HMAC-SHA256 "
	authorization = hmac256 + "Credential=" + scope + ", SignedHeaders=host;x-amz-date, Signature=SIGNATURE"
	hashed        = hmac256 + "Credential=" + scope + ", SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=SIGNATURE"
	inQuery       = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + scope + "&X-Amz-Date=" + now +
		"&X-Amz-SignedHeaders=host&X-Amz-Signature=SIGNATURE"
	incomplete = sigv4.Incomplete
	mismatch   = sigv4.Mismatch
	wrong      = "The request signature we calculated does not match the signature you provided. " +
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)

// refusals are requests with a body of two bytes, of which the signature is the one of GET / with the date, unless the
// request has another one.
var refusals = map[string]struct {
	target  string // / if it is empty
	headers []string
	// canonical is what the client signs, if it is not the request named above. The refusal is then for another reason than
	// the signature.
	canonical string
	at        time.Duration // after the signature
	kind      sigv4.Kind
	text      string
}{
	"nothing but the algorithm": {headers: []string{dated, "Authorization: AWS4-HMAC-SHA256"}, kind: incomplete,
		text: "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
			"Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4-HMAC-SHA256"},
	"no date": {headers: []string{authorization}, kind: incomplete,
		text: "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=" + authorization[len("Authorization: "):]},
	"an empty signature": {headers: []string{dated, hmac256 + "Credential=a,SignedHeaders=,Signature="}, kind: incomplete,
		text: "Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256 Credential=a,SignedHeaders=,Signature="},
	"a parameter without a value": {headers: []string{dated, hmac256 + "Signature=b,    Credential,    SignedHeaders"},
		kind: incomplete,
		text: "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Signature=b,    Credential,    SignedHeaders'."},
	"a parameter twice": {headers: []string{dated, hmac256 + "Signature=b,Signature=c"}, kind: incomplete,
		text: "Authorization header has more than one 'Signature' parameter. Authorization=AWS4-HMAC-SHA256 Signature=b,Signature=c"},
	"two Authorization headers": {headers: []string{dated, hmac256 + "Signature=b", hmac256 + "Signature=c"}, kind: incomplete,
		text: "'AWS4-HMAC-SHA256' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Signature=b, AWS4-HMAC-SHA256 Signature=c'."},
	"another Authorization header before it": {headers: []string{dated, "Authorization: Basic eDp5", authorization},
		kind: incomplete,
		text: "Unsupported AWS 'algorithm': 'Basic' (only AWS4-HMAC-SHA256 for now)."},
	"SigV4A": {headers: []string{dated, strings.Replace(authorization, "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", 1)},
		kind: incomplete,
		text: "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now)."},
	"SigV4A in a query": {target: "/?" + strings.Replace(inQuery, "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", 1), kind: incomplete,
		text: "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for now)."},
	"a header and a query": {target: "/?" + inQuery, headers: []string{dated, authorization}, kind: mismatch,
		text: "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."},
	"a date in another format": {headers: []string{"X-Amz-Date: 2026-09-26T12:00:00Z", authorization}, kind: incomplete,
		text: "Date must be in ISO-8601 'basic format'. Got '2026-09-26T12:00:00Z'. See http://en.wikipedia.org/wiki/ISO_8601"},
	"a date with a fraction": {headers: []string{"X-Amz-Date: 20260926T120000.5Z", authorization}, kind: incomplete,
		text: "Date must be in ISO-8601 'basic format'. Got '20260926T120000.5Z'. See http://en.wikipedia.org/wiki/ISO_8601"},
	"two dates": {headers: []string{dated, dated, authorization}, kind: incomplete,
		text: "Date must be in ISO-8601 'basic format'. Got '" + now + "," + now + "'. See http://en.wikipedia.org/wiki/ISO_8601"},
	"a host that is not signed": {headers: []string{dated, strings.Replace(authorization, "host;", "", 1)}, kind: mismatch,
		text: "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
	"a credential without a scope": {headers: []string{dated, strings.Replace(authorization, scope, key, 1)}, kind: incomplete,
		text: "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + key + "'"},
	"nothing right in the scope": {headers: []string{dated, strings.Replace(authorization, scope, "a/b//d/e", 1)}, kind: sigv4.Scope,
		text: "Credential should be scoped to a valid region, not ''. Credential should be scoped to correct service: 'ecs'. " +
			"Credential should be scoped with a valid terminator: 'aws4_request', not 'e'. " +
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: 'b' != '20260926', from '20260926T120000Z'."},
	"another service": {headers: []string{dated, strings.Replace(authorization, "/ecs/", "/ec2/", 1)}, kind: sigv4.Scope,
		text: "Credential should be scoped to correct service: 'ecs'."},
	"too late": {headers: []string{dated, authorization}, at: 5*time.Minute + time.Second, kind: sigv4.Skew,
		text: "Signature expired: 20260926T120000Z is now earlier than 20260926T120001Z (20260926T120501Z - 5 min.)"},
	"too early": {headers: []string{dated, authorization}, at: -5*time.Minute - time.Second, kind: sigv4.Skew,
		text: "Signature not yet current: 20260926T120000Z is still later than 20260926T115959Z (20260926T115459Z + 5 min.)"},
	"a query that is too early": {target: "/?X-Amz-Expires=3600&" + inQuery, at: -5*time.Minute - time.Second, kind: sigv4.Skew,
		text: "Signature not yet current: 20260926T120000Z is still later than 20260926T115959Z (20260926T115459Z + 5 min.)"},
	"a query that has expired": {target: "/?X-Amz-Expires=60&" + inQuery, at: 61 * time.Second, kind: sigv4.Expired,
		text: "Signature expired: 20260926T120000Z is now earlier than 20260926T120001Z (20260926T120101Z - 1 min.)"},
	"a query that has expired after some seconds": {target: "/?X-Amz-Expires=90&" + inQuery, at: 91 * time.Second, kind: sigv4.Expired,
		text: "Signature expired: 20260926T120000Z is now earlier than 20260926T120001Z (20260926T120131Z - 90 sec.)"},
	"a query that has expired after a week": {target: "/?X-Amz-Expires=604800&" + inQuery, at: 604801 * time.Second, kind: sigv4.Expired,
		text: "Signature expired: 20260926T120000Z is now earlier than 20260926T120001Z (20261003T120001Z - 10080 min.)"},
	"a query that does not say when it expires": {target: "/?" + inQuery, at: 301 * time.Second, kind: sigv4.Skew,
		text: "Signature expired: 20260926T120000Z is now earlier than 20260926T120001Z (20260926T120501Z - 5 min.)"},
	"X-Amz-Expires of a word": {target: "/?X-Amz-Expires=x&" + inQuery,
		kind: incomplete, text: "X-Amz-Expires should be a number"},
	"X-Amz-Expires below 0": {target: "/?X-Amz-Expires=-1&" + inQuery,
		kind: incomplete, text: "X-Amz-Expires must be non-negative"},
	"X-Amz-Expires of 0": {target: "/?X-Amz-Expires=0&" + inQuery,
		kind: incomplete, text: "X-Amz-Expires must be at least 1 second"},
	"X-Amz-Expires after a week": {target: "/?X-Amz-Expires=604801&" + inQuery,
		kind: incomplete, text: "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"},
	"an empty query": {target: "/?X-Amz-Algorithm", kind: incomplete,
		text: "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include 'X-Amz-Credential'. " +
			"AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. " +
			"AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters."},
	"a query with a broken escape": {target: "/?" + strings.Replace(inQuery, "/ecs", "%2", 1), kind: incomplete,
		text: "AWS query-string parameters must include 'X-Amz-Credential'. Re-examine the query-string parameters."},
	"a query with a signature twice": {target: "/?" + inQuery + "&X-Amz-Signature=SIGNATURE", kind: incomplete,
		text: "AWS query-string parameters must include 'X-Amz-Signature' once. Re-examine the query-string parameters."},
	"a header of AWS that is not signed": {headers: []string{dated, authorization, "X-Amz-Target: a", "X-Amz-A: a"},
		kind: mismatch,
		text: "'X-Amz-A' must be a 'SignedHeader' in the AWS Authorization."},
	"a signed header that is missing": {headers: []string{dated, strings.Replace(authorization, "host;", "host;my-header;", 1)},
		kind: mismatch, text: wrong,
		canonical: "GET\n/\n\nhost:example.com\nmy-header:\nx-amz-date:" + now + "\n\nhost;my-header;x-amz-date\n" + sum("{}")},
	"another broken escape in a query": {target: "/?a=%zz", headers: []string{dated, authorization}, kind: mismatch, text: wrong,
		canonical: "GET\n/\na=%25zz\nhost:example.com\nx-amz-date:" + now + "\n\nhost;x-amz-date\n" + sum("{}")},
	"another hash than the body has": {headers: []string{dated, hashed, "X-Amz-Content-Sha256: " + empty},
		kind: mismatch, text: wrong,
		canonical: "GET\n/\n\nhost:example.com\nx-amz-content-sha256:" + empty + "\nx-amz-date:" + now + "\n\nhost;x-amz-content-sha256;x-amz-date\n" + empty},
	"a body that is not signed, of a service other than S3": {headers: []string{dated, hashed, "X-Amz-Content-Sha256: UNSIGNED-PAYLOAD"},
		kind: mismatch, text: wrong,
		canonical: "GET\n/\n\nhost:example.com\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:" + now +
			"\n\nhost;x-amz-content-sha256;x-amz-date\nUNSIGNED-PAYLOAD"},
	"another path": {target: "/a", headers: []string{dated, authorization}, kind: mismatch, text: wrong},
	"a signature in upper case": {headers: []string{dated, strings.Replace(authorization, "SIGNATURE", strings.ToUpper(plain), 1)},
		kind: mismatch, text: wrong},
	"a signature that is longer": {headers: []string{dated, authorization + "0"}, kind: mismatch, text: wrong},
}

var plain = sign("GET\n/\n\nhost:example.com\nx-amz-date:"+now+"\n\nhost;x-amz-date\n"+sum("{}"), "ecs")

func TestRefusals(t *testing.T) {
	for name, c := range refusals {
		t.Run(name, func(t *testing.T) {
			signature := plain
			if c.canonical != "" {
				signature = sign(c.canonical, "ecs")
			}
			err := verify(t, c.target, c.headers, signature, clock.Add(c.at))
			text := strings.ReplaceAll(c.text, "SIGNATURE", signature)
			var refused *sigv4.Error
			if !errors.As(err, &refused) || refused.Kind != c.kind || refused.Message != text || refused.Error() != text {
				t.Errorf("error %+v\nwant %+v", err, &sigv4.Error{Kind: c.kind, Message: text})
			}
		})
	}
}

// TestClocksThatAreOffALittle also shows that what TestRefusals changes is right before.
func TestClocksThatAreOffALittle(t *testing.T) {
	for _, at := range []time.Duration{0, 5 * time.Minute, 5*time.Minute + time.Millisecond, -5 * time.Minute} {
		if err := verify(t, "", []string{dated, authorization}, plain, clock.Add(at)); err != nil {
			t.Errorf("%v after the signature: %v", at, err)
		}
	}
}

// verify returns what Parse or Verify say of a request.
func verify(t *testing.T, target string, headers []string, signature string, at time.Time) error {
	if target == "" {
		target = "/"
	}
	wire := "GET " + target + " HTTP/1.1\nHost: example.com\n" + strings.Join(headers, "\n") + "\n\n"
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.ReplaceAll(wire, "SIGNATURE", signature))))
	if err != nil {
		t.Fatal(err)
	}
	s, signed, err := sigv4.Parse(r)
	if !signed {
		t.Error("not signed")
	}
	if err != nil {
		return err
	}
	return new(sigv4.Verifier).Verify(r, s, []byte("{}"), secret, "ecs", at)
}

// TestSlashesAfterACredential shows that AWS takes them, as dynalite's authors saw.
func TestSlashesAfterACredential(t *testing.T) {
	if err := verify(t, "", []string{dated, strings.Replace(authorization, scope, scope+"//", 1)}, plain, clock); err != nil {
		t.Error(err)
	}
}

// TestSignedChunksAreRefusedByName: a body of S3 may have a signature for each chunk.
func TestSignedChunksAreRefusedByName(t *testing.T) {
	r, body, err := arrive([]byte("PUT /a HTTP/1.1\nHost: example.com\nX-Amz-Content-Sha256: STREAMING-AWS4-HMAC-SHA256-PAYLOAD\n" +
		dated + "\n" + strings.Replace(hashed, "/ecs/", "/s3/", 1) + "\n\n"))
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = check(new(sigv4.Verifier), r, body, "s3")
	var refused *sigv4.Error
	if !errors.As(err, &refused) || refused.Kind != incomplete ||
		refused.Message != "X-Amz-Content-Sha256 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' is not supported: signatures of chunks are not verified." {
		t.Errorf("error %v", err)
	}
}

func TestRequestsWithoutASignature(t *testing.T) {
	for _, r := range []*http.Request{
		{},
		{Header: http.Header{"Authorization": {"Basic eDp5"}}},
		{Header: http.Header{"Authorization": {"Bearer x"}, "X-Amz-Date": {now}}},
		{Header: http.Header{"Authorization": {""}}},
	} {
		s, signed, err := sigv4.Parse(r)
		if signed || err != nil {
			t.Errorf("%v: signed %t, error %v", r.Header, signed, err)
		}
		var refused *sigv4.Error
		err = new(sigv4.Verifier).Verify(r, s, nil, secret, "ecs", clock)
		if !errors.As(err, &refused) || refused.Kind != sigv4.Missing || refused.Message != "Missing Authentication Token" {
			t.Errorf("%v: error %v", r.Header, err)
		}
	}
}
