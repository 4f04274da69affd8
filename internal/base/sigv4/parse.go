package sigv4

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxExpires is the longest that a presigned request is valid (AC24).
const maxExpires = 604800

// Parse reads what a request says of its signature. signed is false if it has none of version 4. The error is an *Error, for a
// signature that is malformed or one of two. Its texts are DynamoDB's, which dynalite's source recorded.
func Parse(r *http.Request) (s Signature, signed bool, err error) {
	header := strings.TrimSpace(strings.Join(r.Header["Authorization"], ", "))
	inHeader := slices.ContainsFunc(r.Header["Authorization"], func(v string) bool {
		return strings.HasPrefix(strings.TrimSpace(v), "AWS4-")
	})
	query, inQuery := readQuery(rawQuery(r))
	switch {
	case inHeader && inQuery:
		err = &Error{Mismatch, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."}
	case inHeader:
		err = s.parseHeader(r.Header, header)
	case inQuery:
		err = s.parseQuery(query)
	default:
		return Signature{}, false, nil
	}
	if err != nil {
		return Signature{}, true, err
	}
	return s, true, nil
}

// parseHeader reads an Authorization header.
func (s *Signature) parseHeader(header http.Header, text string) error {
	named, rest, _ := strings.Cut(text, " ")
	if named != algorithm {
		return unsupported(named)
	}
	var parameters headerParameters
	if err := eachField(rest, func(field string) error {
		name, value, ok := strings.Cut(field, "=")
		if !ok {
			return &Error{Incomplete, "'" + field + "' not a valid key=value pair (missing equal-sign) in Authorization header: '" +
				text + "'."}
		}
		if !parameters.add(name, value) { // a choice: AWS's text for two is not known
			return &Error{Incomplete, "Authorization header has more than one '" + name + "' parameter. Authorization=" + text}
		}
		return nil
	}); err != nil {
		return err
	}
	var missing strings.Builder
	for i, name := range parameterNames {
		if !parameters.given[i] || parameters.values[i] == "" && i != signedHeadersParameter {
			missing.WriteString("Authorization header requires '" + name + "' parameter. ")
		}
	}
	date := header["X-Amz-Date"]
	if len(date) == 0 {
		date = header["Date"]
	}
	if len(date) == 0 {
		missing.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	if missing.Len() > 0 {
		return &Error{Incomplete, missing.String() + "Authorization=" + text}
	}
	s.signature, s.Token = parameters.values[signatureParameter], header.Get("X-Amz-Security-Token")
	return s.parse(strings.Join(date, ","), parameters.values[signedHeadersParameter], parameters.values[credentialParameter])
}

// required are the parameters of a presigned query, in the order in which AWS misses them.
var required = []string{"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date"}

// readQuery returns the parameters of a presigned query, with all values of each. ok is false if it is none.
func readQuery(raw string) (query map[string][]string, ok bool) {
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if strings.Contains(name, "%") {
			name, _ = url.QueryUnescape(name)
		}
		switch name {
		case "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature":
			ok = true
		case "X-Amz-SignedHeaders", "X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token", "X-Amz-Content-Sha256":
		default:
			continue
		}
		if query == nil {
			query = map[string][]string{}
		}
		text, err := url.QueryUnescape(value)
		if err != nil {
			text = "" // as if it were missing
		}
		query[name] = append(query[name], text)
	}
	return query, ok
}

// parseQuery reads a presigned query.
func (s *Signature) parseQuery(query map[string][]string) error {
	get := func(name string) string {
		return strings.Join(query[name], "")
	}
	var missing strings.Builder
	for _, name := range required {
		if get(name) == "" && !(name == "X-Amz-SignedHeaders" && len(query[name]) == 1) {
			missing.WriteString("AWS query-string parameters must include '" + name + "'. ")
		}
	}
	if missing.Len() > 0 {
		return &Error{Incomplete, missing.String() + "Re-examine the query-string parameters."}
	}
	for name, values := range query {
		if len(values) > 1 { // a choice: AWS's text for two is not known
			return &Error{Incomplete, "AWS query-string parameters must include '" + name + "' once. Re-examine the query-string parameters."}
		}
	}
	if named := get("X-Amz-Algorithm"); named != algorithm {
		return unsupported(named)
	}
	s.Presigned, s.signature, s.Token, s.hash = true, get("X-Amz-Signature"), get("X-Amz-Security-Token"), get("X-Amz-Content-Sha256")
	if len(query["X-Amz-Expires"]) > 0 {
		seconds, err := strconv.Atoi(get("X-Amz-Expires"))
		switch { // texts of S3, the only service of which they are known
		case err != nil:
			return &Error{Incomplete, "X-Amz-Expires should be a number"}
		case seconds < 0:
			return &Error{Incomplete, "X-Amz-Expires must be non-negative"}
		case seconds == 0: // a choice
			return &Error{Incomplete, "X-Amz-Expires must be at least 1 second"}
		case seconds > maxExpires:
			return &Error{Incomplete, "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be " +
				"less than 604800 seconds"}
		}
		s.Expires = time.Duration(seconds) * time.Second
	}
	return s.parse(get("X-Amz-Date"), get("X-Amz-SignedHeaders"), get("X-Amz-Credential"))
}

// parse reads what headers and queries have in common.
func (s *Signature) parse(date, signedHeaders, credential string) (err error) {
	s.Time, err = parseTime(date, s.Presigned)
	if err != nil {
		return &Error{Incomplete, "Date must be in ISO-8601 'basic format'. Got '" + date + "'. See http://en.wikipedia.org/wiki/ISO_8601"}
	}
	s.Signed = strings.Split(strings.ToLower(signedHeaders), ";")
	slices.Sort(s.Signed)
	s.Signed = slices.Compact(s.Signed) // else a name that is told often would copy a long value as often
	if !slices.Contains(s.Signed, "host") && !slices.Contains(s.Signed, ":authority") {
		return &Error{Mismatch, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."}
	}
	var parts [5]string
	n := 0
	for part := range strings.SplitSeq(strings.TrimRight(credential, "/"), "/") {
		if n < len(parts) {
			parts[n] = part
		}
		n++
	}
	if n != len(parts) {
		return &Error{Incomplete, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" +
			credential + "'"}
	}
	s.AccessKeyID, s.Date, s.Region, s.Service, s.Terminator = parts[0], parts[1], parts[2], parts[3], parts[4]
	return nil
}

// parseTime reads a time in ISO 8601, or one of HTTP, as botocore writes it to a Date header.
func parseTime(text string, presigned bool) (time.Time, error) {
	t, err := time.Parse(iso8601, text)
	if err == nil && len(text) != len(iso8601) { // time.Parse takes fractions of seconds
		return t, strconv.ErrSyntax
	}
	if err != nil && !presigned {
		return http.ParseTime(text)
	}
	return t, err
}

func unsupported(named string) error {
	return &Error{Incomplete, "Unsupported AWS 'algorithm': '" + named + "' (only AWS4-HMAC-SHA256 for now)."}
}

// rawQuery is the query as it was sent.
func rawQuery(r *http.Request) string {
	if r.URL == nil {
		return ""
	}
	return r.URL.RawQuery
}
