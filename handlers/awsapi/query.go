package awsapi

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
)

// Query is a service that speaks AWS Query, or EC2's dialect of it: a form with an
// Action in, XML out.
type Query struct {
	// Service names it in logs and metrics: "sts".
	Service string
	// Namespace is the XML namespace of answers:
	// "https://sts.amazonaws.com/doc/2011-06-15/".
	Namespace string
	// Version of the API, for messages: "2011-06-15".
	Version string
	// EC2 selects EC2's answers, which have no Result element, and its errors.
	EC2 bool
	// Operations by action.
	Operations map[string]QueryOperation
	Options    Options
}

// QueryOperation answers one action. The result is a struct with xml tags for what
// stands in <ActionResult>, in EC2's dialect directly in <ActionResponse>; nil for
// an answer without a result. Errors are as in [Op].
type QueryOperation func(ctx context.Context, form url.Values) (result any, err error)

// Handler returns the service's front end.
func (s Query) Handler() http.Handler {
	s.Options = s.Options.withDefaults(s.Service)
	return &queryFrontEnd{s}
}

type queryFrontEnd struct{ Query }

var _ protocol = (*queryFrontEnd)(nil)

func (s *queryFrontEnd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	respond(s, s.Service, &s.Options, w, r)
}

func (s *queryFrontEnd) contentType() string {
	if s.EC2 {
		return "text/xml;charset=UTF-8"
	}
	return "text/xml"
}

func (s *queryFrontEnd) serverCode() string {
	if s.EC2 {
		return "InternalError"
	}
	return "InternalFailure"
}

func (s *queryFrontEnd) serve(ctx context.Context, x *exchange, r *http.Request, answer *payload) (err error) {
	form, err := s.form(x, r)
	if err != nil {
		return err
	}
	action := form.Get("Action")
	if action == "" {
		return &Error{Code: "MissingAction", Message: "The request must contain the parameter Action."}
	}
	x.call.Operation = action
	operation, found := s.Operations[action]
	if !found {
		return &Error{Code: "InvalidAction", Message: fmt.Sprintf("Could not find operation %s for version %s: "+
			"ecs-emulator does not implement it for %s; see COMPATIBILITY.md.", action, s.Version, s.Service)}
	}
	x.known = true
	result, err := operation(NewContext(ctx, x.call), form)
	if err != nil {
		return err
	}
	answer.text, err = s.appendResult(answer.text, x, result)
	return err
}

// form reads the parameters of a POST from the body, of a presigned GET from the URL.
func (s *queryFrontEnd) form(x *exchange, r *http.Request) (url.Values, error) {
	text := string(x.body)
	switch r.Method {
	case http.MethodPost:
	case http.MethodGet:
		text = r.URL.RawQuery
	default:
		return nil, &Error{
			Code:    "InvalidAction",
			Message: "Operations of " + s.Service + " are called with POST or GET, not " + r.Method + ".",
			Status:  http.StatusMethodNotAllowed,
		}
	}
	form, err := url.ParseQuery(text)
	if err != nil {
		return nil, &Error{Code: "MalformedQueryString", Message: "The query string contains a syntax error."}
	}
	return form, nil
}

// metadata ends an answer of AWS Query.
type metadata struct {
	XMLName   xml.Name `xml:"ResponseMetadata"`
	RequestID string   `xml:"RequestId"`
}

func (s *queryFrontEnd) appendResult(buf []byte, x *exchange, result any) ([]byte, error) {
	out := bytes.NewBuffer(buf)
	enc := xml.NewEncoder(out)
	action := x.call.Operation
	response := xml.StartElement{
		Name: xml.Name{Local: action + "Response"},
		Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: s.Namespace}},
	}
	if s.EC2 {
		if result == nil {
			result = struct{}{}
		}
		if err := enc.EncodeElement(result, response); err != nil {
			return buf, fmt.Errorf("encode result of %s: %w", action, err)
		}
		return insertRequestID(out.Bytes(), len(buf), x.call.RequestID), nil
	}
	if err := enc.EncodeToken(response); err != nil {
		return buf, fmt.Errorf("encode answer of %s: %w", action, err)
	}
	if result != nil {
		start := xml.StartElement{Name: xml.Name{Local: action + "Result"}}
		if err := enc.EncodeElement(result, start); err != nil {
			return buf, fmt.Errorf("encode result of %s: %w", action, err)
		}
	}
	if err := enc.Encode(metadata{RequestID: x.call.RequestID}); err != nil {
		return buf, fmt.Errorf("encode answer of %s: %w", action, err)
	}
	if err := enc.EncodeToken(response.End()); err != nil {
		return buf, fmt.Errorf("encode answer of %s: %w", action, err)
	}
	if err := enc.Close(); err != nil {
		return buf, fmt.Errorf("encode answer of %s: %w", action, err)
	}
	return out.Bytes(), nil
}

// insertRequestID puts <requestId> first into the element that starts at start.
// encoding/xml can't mix it with the members of an arbitrary struct; it escapes >
// in attributes, so the first one ends the start tag.
func insertRequestID(text []byte, start int, id string) []byte {
	at := start + bytes.IndexByte(text[start:], '>') + 1
	element := append(append([]byte("<requestId>"), id...), "</requestId>"...)
	return append(text[:at:at], append(element, text[at:]...)...)
}

// queryError is the error body of AWS Query.
type queryError struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr,omitempty"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
}

// ec2Error is the error body of EC2 Query.
type ec2Error struct {
	XMLName   xml.Name `xml:"Response"`
	Code      string   `xml:"Errors>Error>Code"`
	Message   string   `xml:"Errors>Error>Message"`
	RequestID string   `xml:"RequestID"`
}

func (s *queryFrontEnd) appendFailure(buf []byte, x *exchange, f *failure) []byte {
	var body any
	if s.EC2 {
		body = ec2Error{Code: f.code, Message: f.message, RequestID: x.call.RequestID}
	} else {
		fault := "Sender"
		if f.status >= http.StatusInternalServerError {
			fault = "Receiver"
		}
		body = queryError{Namespace: s.Namespace, Type: fault, Code: f.code, Message: f.message, RequestID: x.call.RequestID}
	}
	text, err := xml.Marshal(body)
	if err != nil {
		panic(err) // unreachable: strings only
	}
	return append(buf, text...)
}
