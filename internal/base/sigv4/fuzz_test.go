package sigv4_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sigv4"
)

// FuzzParse holds that Parse never panics, and that what it reads is whole. It gets a request without net/http, which would
// refuse the strangest.
func FuzzParse(f *testing.F) {
	for _, c := range refusals {
		for _, header := range c.headers {
			f.Add(c.target, header, now, "", "")
		}
		f.Add(c.target, "", "", now, "token")
	}
	f.Add(inQuery, "AWS4-HMAC-SHA256 Credential="+scope+", SignedHeaders=host, Signature=0", "", "Sat, 26 Sep 2026 12:00:00 GMT", "")
	f.Add("", "AWS4-HMAC-SHA256 Credential="+scope+", SignedHeaders=host, Signature=0", "", "Sat, 26 Sep 2026 12:00:00 GMT", "token")
	f.Fuzz(func(t *testing.T, query, authorization, amzDate, date, token string) {
		r := &http.Request{Header: http.Header{}, URL: &url.URL{RawQuery: query}}
		for name, value := range map[string]string{
			"Authorization": authorization, "X-Amz-Date": amzDate, "Date": date, "X-Amz-Security-Token": token,
		} {
			if value != "" {
				r.Header[name] = []string{value}
			}
		}
		s, signed, err := sigv4.Parse(r)
		var refused *sigv4.Error
		switch {
		case err != nil && (!signed || !errors.As(err, &refused) || refused.Message == "" || refused.Kind == 0):
			t.Errorf("signed %t, error %#v", signed, err)
		case err == nil && signed && (s.Time.IsZero() || !slices.IsSorted(s.Signed) || s.Expires < 0):
			t.Errorf("parsed %+v", s)
		}
		err = new(sigv4.Verifier).Verify(r, s, nil, secret, s.Service, s.Time)
		if !errors.As(err, &refused) || err == nil {
			t.Errorf("verified %+v, error %v", s, err)
		}
	})
}

// FuzzVerify holds that Verify never panics for a request that came over a connection, and that a request that it lets
// through means what the SDK signed.
func FuzzVerify(f *testing.F) {
	made, _ := registerTask(f)
	var wire bytes.Buffer
	if err := made.Write(&wire); err != nil {
		f.Fatal(err)
	}
	original, body, err := arrive(wire.Bytes())
	if err != nil {
		f.Fatal(err)
	}
	s, signed, err := check(new(sigv4.Verifier), original, body, "ecs")
	if err != nil || !signed {
		f.Fatal(signed, err)
	}
	for _, pattern := range []string{"header", "query"} {
		files, err := filepath.Glob("testdata/aws-signing-test-suite/v4/*/" + pattern + "-signed-request.txt")
		if err != nil || len(files) == 0 {
			f.Fatal(files, err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Add(wire.Bytes())
	f.Fuzz(func(t *testing.T, wire []byte) {
		r, got, err := arrive(wire)
		if err != nil {
			return
		}
		var refused *sigv4.Error
		_, signed, err := check(new(sigv4.Verifier), r, got, "ecs")
		switch {
		case err != nil && !errors.As(err, &refused):
			t.Errorf("error %#v", err)
		case err == nil && signed && meaning(r, got, s) != meaning(original, body, s):
			t.Errorf("verified %q", wire)
		}
	})
}
