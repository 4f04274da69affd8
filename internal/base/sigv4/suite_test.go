package sigv4

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// suiteContext is the part of a case's context.json that says how it is signed.
type suiteContext struct {
	Credentials struct {
		AccessKeyID     string `json:"access_key_id"`
		SecretAccessKey string `json:"secret_access_key"`
		Token           string `json:"token"`
	}
	Expiration int `json:"expiration_in_seconds"`
	Normalize  bool
	Region     string
	Service    string
	Timestamp  time.Time
	OmitToken  bool `json:"omit_session_token"`
}

// TestSigningTestSuite verifies the requests of AWS's test suite, signed in a header and in a query, and compares what is
// hashed on the way.
func TestSigningTestSuite(t *testing.T) {
	cases, err := filepath.Glob("testdata/aws-signing-test-suite/v4/*")
	if err != nil || len(cases) != 38 {
		t.Fatalf("%d cases, error %v", len(cases), err)
	}
	var v Verifier
	for _, folder := range cases {
		var context suiteContext
		if err := json.Unmarshal([]byte(suiteFile(t, folder, "context.json")), &context); err != nil {
			t.Fatal(err)
		}
		for _, way := range []string{"header", "query"} {
			t.Run(filepath.Base(folder)+"/"+way, func(t *testing.T) {
				r, body := suiteRequest(t, suiteFile(t, folder, way+"-signed-request.txt"))
				s, signed, err := Parse(r)
				if err != nil || !signed {
					t.Fatalf("signed %t, error %v", signed, err)
				}
				secret := context.Credentials.SecretAccessKey
				if err := v.verify(r, &s, body, secret, context.Service, context.Timestamp, !context.Normalize); err != nil {
					t.Error(err)
				}
				compareSignature(t, s, &context, way)
				if s.signature != suiteFile(t, folder, way+"-signature.txt") {
					t.Errorf("signature %s", s.signature)
				}
				compareSteps(t, r, &s, body, folder, way, &context)
			})
		}
	}
}

func compareSignature(t *testing.T, s Signature, context *suiteContext, way string) {
	if s.AccessKeyID != context.Credentials.AccessKeyID || s.Region != context.Region || s.Service != context.Service ||
		!s.Time.Equal(context.Timestamp) || s.Token != context.Credentials.Token {
		t.Errorf("parsed %+v", s)
	}
	if s.Presigned != (way == "query") || s.Presigned && int(s.Expires/time.Second) != context.Expiration {
		t.Errorf("presigned %t, expires %v", s.Presigned, s.Expires)
	}
}

// compareSteps compares the canonical request and the string to sign. A case that omits the token adds it to the query when
// that is signed.
func compareSteps(t *testing.T, r *http.Request, s *Signature, body []byte, folder, way string, context *suiteContext) {
	hash, err := s.payloadHash(r.Header, body, false)
	if err != nil {
		t.Error(err)
	}
	leftOut := []string{"X-Amz-Signature"}
	if context.OmitToken {
		leftOut = append(leftOut, "X-Amz-Security-Token")
	}
	canonical, ok := s.canonicalRequest(nil, r, hash, !context.Normalize, leftOut...)
	if want := suiteFile(t, folder, way+"-canonical-request.txt"); !ok || string(canonical) != want {
		t.Errorf("canonical request\n%s\nwant\n%s", canonical, want)
	}
	if got, want := s.stringToSign(nil, hashOf(canonical)), suiteFile(t, folder, way+"-string-to-sign.txt"); string(got) != want {
		t.Errorf("string to sign\n%s\nwant\n%s", got, want)
	}
}

func suiteFile(t *testing.T, folder, name string) string {
	data, err := os.ReadFile(filepath.Join(folder, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// suiteRequest reads a request as net/http does. Only the path is put in afterwards: some have spaces, which HTTP does not let
// through.
func suiteRequest(t *testing.T, text string) (r *http.Request, body []byte) {
	line, rest, _ := strings.Cut(text, "\n")
	method, target, _ := strings.Cut(line, " ")
	target = strings.TrimSuffix(target, " HTTP/1.1")
	path, query, _ := strings.Cut(target, "?")
	head, after, _ := strings.Cut(rest, "\n\n")
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(method + " / HTTP/1.1\n" + head + "\n\n" + after)))
	if err != nil {
		t.Fatal(err)
	}
	if body, err = io.ReadAll(r.Body); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
	r.RequestURI, r.URL = target, &url.URL{Path: path, RawQuery: query}
	return r, body
}
