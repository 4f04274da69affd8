package sigv4

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// skew is how far a client's clock may be off, either way (AC22).
const skew = 5 * time.Minute

// Verifier verifies signatures. It keeps the signing keys that it derives, one a day, region, service and secret, and forgets
// those that were not used for long. Its zero value is ready for use, by many at once.
type Verifier struct{ keys keys }

// Verify compares the signature of a request, which Parse has read, with the one that secret gives. body is the request's body
// as it was sent, packed if it is; service is the name that signatures have for the service that was called; now is the real
// time. The region need only be there: the caller knows which there are. The error is an *Error.
func (v *Verifier) Verify(r *http.Request, s Signature, body []byte, secret, service string, now time.Time) error {
	return v.verify(r, &s, body, secret, service, now, service == "s3")
}

// VerifyHead is Verify of a request whose body is not read: that the body has the hash that the request says is not checked,
// nor are signatures of chunks. SaysHash tells whether it says one.
func (v *Verifier) VerifyHead(r *http.Request, s Signature, secret, service string, now time.Time) error {
	if err := s.check(r, service, now); err != nil {
		return err
	}
	return v.compare(r, &s, cmp.Or(s.said(r.Header), "UNSIGNED-PAYLOAD"), secret, service == "s3")
}

// SaysHash reports whether the hash of the body that is signed can be told without the body. A request to S3 need not sign one.
func (s *Signature) SaysHash(r *http.Request, service string) bool {
	return s.said(r.Header) != "" || service == "s3" && s.Presigned
}

// said is the hash of the body that a request says, "" if it says none.
func (s *Signature) said(header http.Header) string {
	if values := header["X-Amz-Content-Sha256"]; len(values) > 0 {
		return strings.Join(values, ",")
	}
	return s.hash
}

// verify also says whether the path is signed plain.
func (v *Verifier) verify(r *http.Request, s *Signature, body []byte, secret, service string, now time.Time, plain bool) error {
	if err := s.check(r, service, now); err != nil {
		return err
	}
	hash, err := s.payloadHash(r.Header, body, service == "s3")
	if err != nil {
		return err
	}
	return v.compare(r, s, hash, secret, plain)
}

// check checks all but the signature itself.
func (s *Signature) check(r *http.Request, service string, now time.Time) error {
	if s.signature == "" {
		return &Error{Missing, textMissing}
	}
	for _, check := range []error{s.timely(now), s.scoped(service), s.covers(r.Header)} {
		if check != nil {
			return check
		}
	}
	return nil
}

// compare compares the signature of a request whose body has a hash.
func (v *Verifier) compare(r *http.Request, s *Signature, hash, secret string, plain bool) error {
	key := v.keys.get(scope{secret, s.Date, s.Region, s.Service})
	if v.matches(r, s, hash, key, plain, "X-Amz-Signature") {
		return nil
	}
	// Some services' clients add the token to a presigned query when it is signed.
	if s.Presigned && s.Token != "" && v.matches(r, s, hash, key, plain, "X-Amz-Signature", "X-Amz-Security-Token") {
		return nil
	}
	return &Error{Mismatch, textMismatch}
}

// timely compares times as AWS tells them. What a query says that it expires after counts from when it was signed.
func (s *Signature) timely(now time.Time) error {
	now = now.UTC()
	kind, valid := Skew, skew
	if s.Expires > 0 {
		kind, valid = Expired, s.Expires
	}
	if earliest := now.Add(-valid); s.Time.Before(earliest.Truncate(time.Second)) {
		return &Error{kind, "Signature expired: " + s.Time.Format(iso8601) + " is now earlier than " + earliest.Format(iso8601) +
			" (" + now.Format(iso8601) + " - " + told(valid) + ".)"}
	}
	if latest := now.Add(skew); s.Time.After(latest) {
		return &Error{Skew, "Signature not yet current: " + s.Time.Format(iso8601) + " is still later than " + latest.Format(iso8601) +
			" (" + now.Format(iso8601) + " + " + told(skew) + ".)"}
	}
	return nil
}

// told is a duration as AWS's texts have five minutes. That others are in seconds is a choice.
func told(d time.Duration) string {
	if d%time.Minute == 0 {
		return strconv.Itoa(int(d/time.Minute)) + " min"
	}
	return strconv.Itoa(int(d/time.Second)) + " sec"
}

// scoped checks the scope of the credential. AWS tells all that is wrong.
func (s *Signature) scoped(service string) error {
	var wrong []string
	if s.Region == "" {
		wrong = append(wrong, "Credential should be scoped to a valid region, not ''.")
	}
	if s.Service != service {
		wrong = append(wrong, "Credential should be scoped to correct service: '"+service+"'.")
	}
	if s.Terminator != terminator {
		wrong = append(wrong, "Credential should be scoped with a valid terminator: 'aws4_request', not '"+s.Terminator+"'.")
	}
	var room [8]byte
	if day := s.Time.AppendFormat(room[:0], iso8601[:8]); s.Date != string(day) {
		wrong = append(wrong, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"+s.Date+
			"' != '"+string(day)+"', from '"+s.Time.Format(iso8601)+"'.")
	}
	if wrong != nil {
		return &Error{Scope, strings.Join(wrong, " ")}
	}
	return nil
}

// covers checks that all X-Amz headers are signed, as AWS's documentation of signatures demands. The date is part of what is
// signed anyway, and some clients add the token afterwards. That the text is the one for Host is an assumption.
func (s *Signature) covers(header http.Header) error {
	first := ""
	for name := range header {
		if len(name) < 6 || !strings.EqualFold(name[:6], "X-Amz-") || name == "X-Amz-Date" || name == "X-Amz-Security-Token" {
			continue
		}
		if _, ok := slices.BinarySearch(s.Signed, strings.ToLower(name)); !ok && (first == "" || name < first) {
			first = name
		}
	}
	if first != "" {
		return &Error{Mismatch, "'" + first + "' must be a 'SignedHeader' in the AWS Authorization."}
	}
	return nil
}

// payloadHash is the hash of the body that is signed (AC24). It is an error if a request says another one than its body has. S3
// alone takes requests that do not sign it: presigned ones, and those that say so. Its chunks with a signature each are refused
// by name.
func (s *Signature) payloadHash(header http.Header, body []byte, s3 bool) (string, error) {
	said := s.said(header)
	sum := hashOf(body)
	var actual [2 * sha256.Size]byte
	hex.Encode(actual[:], sum[:])
	switch {
	case s3 && (said == "UNSIGNED-PAYLOAD" || said == "STREAMING-UNSIGNED-PAYLOAD-TRAILER"):
		return said, nil
	case s3 && strings.HasPrefix(said, "STREAMING-"):
		return "", &Error{Incomplete, "X-Amz-Content-Sha256 '" + said + "' is not supported: signatures of chunks are not verified."}
	case s3 && s.Presigned && said == "":
		return "UNSIGNED-PAYLOAD", nil
	case said == "":
		return string(actual[:]), nil
	case !strings.EqualFold(said, string(actual[:])):
		return "", &Error{Mismatch, textMismatch}
	}
	return said, nil
}

// matches compares the signature with the one of a key, in constant time.
func (v *Verifier) matches(r *http.Request, s *Signature, hash string, key *signingKey, plain bool, leftOut ...string) bool {
	var room [2048]byte
	text, ok := s.canonicalRequest(room[:0], r, hash, plain, leftOut...)
	if !ok {
		return false
	}
	mac := key.take()
	defer key.give(mac)
	toSign := s.stringToSign(mac.text[:0], hashOf(text))
	mac.Write(toSign)
	want := hex.AppendEncode(mac.text[:0], mac.Sum(mac.sum[:0]))
	return subtle.ConstantTimeCompare(want, []byte(s.signature)) == 1
}

// stringToSign appends the string to sign of a canonical request with this hash.
func (s *Signature) stringToSign(dst []byte, hash [sha256.Size]byte) []byte {
	dst = append(dst, algorithm+"\n"...)
	dst = append(s.Time.AppendFormat(dst, iso8601), '\n')
	for _, part := range []string{s.Date, s.Region, s.Service} {
		dst = append(append(dst, part...), '/')
	}
	dst = append(append(dst, s.Terminator...), '\n')
	return hex.AppendEncode(dst, hash[:])
}

func hashOf(data []byte) [sha256.Size]byte { return sha256.Sum256(data) }
