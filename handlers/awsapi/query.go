package awsapi

import (
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/query"
)

// Query is AWS Query, or EC2's dialect of it: a form with an Action in, XML out.
type Query struct {
	// Version of the API, which unsigned requests are told apart by: "2011-06-15".
	Version string
	// Others are older versions of an API with the same name, and what they are the API of:
	// they are refused by that.
	Others map[string]string
	// Namespace is the XML namespace of answers:
	// "https://sts.amazonaws.com/doc/2011-06-15/".
	Namespace string
	// EmptyResults are the operations whose answer has a Result element without members.
	// The answers of others that have no members have none.
	EmptyResults []string
	// NotBuilt are members of inputs that the Codec cannot read, such as unions: "EvaluationWindow".
	// A request that has one is refused by its name.
	NotBuilt []string
	// Codec reads inputs and writes outputs. Default query.AWS. One with EC2's rules
	// also selects EC2's answers, which have no Result element, and its errors.
	Codec *query.Codec
}

func (q Query) of(service string) protocol {
	if q.Codec == nil {
		q.Codec = query.AWS
	}
	if q.Codec.EC2() {
		return &ec2Protocol{queryProtocol{q, service}}
	}
	return &queryProtocol{q, service}
}

type queryProtocol struct {
	Query
	service string
}

var _ protocol = (*queryProtocol)(nil)

func (q *queryProtocol) contentType() string { return "text/xml" }
func (q *queryProtocol) serverCode() string  { return "InternalFailure" }

// claims is for no service that has it: Query is what is left.
func (q *queryProtocol) claims(*http.Request) bool { return true }

func (q *queryProtocol) header(http.Header, *http.Request, *failure) {}

// operation reads the parameters of a POST from the body, of a presigned GET from the URL.
func (q *queryProtocol) operation(x *exchange, r *http.Request) (string, error) {
	var text string
	switch r.Method {
	case http.MethodPost:
		text = string(x.body)
	case http.MethodGet:
		text = r.URL.RawQuery
	default:
		return "", &Error{
			Code:    "InvalidAction",
			Message: "Operations of " + q.service + " are called with POST or GET, not " + r.Method + ".",
			Status:  http.StatusMethodNotAllowed,
		}
	}
	var err error
	if x.form, err = query.Parse(text); err != nil {
		return "", fmt.Errorf("%w (%w)", &Error{Code: "MalformedQueryString", Message: "The query string contains a syntax error."}, err)
	}
	action := x.form.Get("Action")
	if action == "" {
		return "", &Error{Code: "MissingAction", Message: "The request must contain the parameter Action."}
	}
	if other := q.Others[x.form.Get("Version")]; other != "" {
		return "", notImplemented(q.service, other)
	}
	return action, nil
}

func (q *queryProtocol) unknown(name string) error {
	return &Error{Code: "InvalidAction", Message: fmt.Sprintf("Could not find operation %s for version %s", name, q.Version)}
}

// decode names the code of AWS for a value of a wrong type. Its words are the emulator's.
func (q *queryProtocol) decode(x *exchange, in any) error {
	for _, member := range q.NotBuilt {
		if x.form.Has(member) {
			return notImplemented(q.service, member+" in AWS Query")
		}
	}
	return q.refuse("MalformedInput", q.Codec.Decode(x.form, in))
}

func (q *queryProtocol) refuse(code string, err error) error {
	if err == nil {
		return nil
	}
	var mistyped *query.TypeError
	if errors.As(err, &mistyped) {
		return &Error{Code: code, Message: mistyped.Error()}
	}
	return err
}

func (q *queryProtocol) encode(x *exchange, answer *payload, out any) {
	buf, action := q.open(answer.text, x), x.call.Operation
	if !q.Codec.Empty(out) || slices.Contains(q.EmptyResults, action) {
		buf = append(append(append(buf, '<'), action...), "Result>"...)
		buf = q.Codec.Append(buf, out)
		buf = append(append(append(buf, "</"...), action...), "Result>"...)
	}
	buf = append(append(buf, "<ResponseMetadata>"...), "<RequestId>"...)
	buf = append(query.AppendText(buf, x.call.RequestID), "</RequestId></ResponseMetadata></"...)
	answer.text = append(append(buf, action...), "Response>"...)
}

// open begins an answer. That the action is one of the table keeps markup out of it.
func (q *queryProtocol) open(buf []byte, x *exchange) []byte {
	buf = append(append(append(buf, '<'), x.call.Operation...), `Response xmlns="`...)
	return append(append(buf, q.Namespace...), `">`...)
}

func (q *queryProtocol) appendFailure(buf []byte, x *exchange, f *failure) []byte {
	buf = append(append(append(buf, `<ErrorResponse xmlns="`...), q.Namespace...), `"><Error><Type>`...)
	buf = append(append(buf, f.fault()...), "</Type>"...)
	buf = append(appendError(buf, f), "</Error><RequestId>"...)
	return append(query.AppendText(buf, x.call.RequestID), "</RequestId></ErrorResponse>"...)
}

func appendError(buf []byte, f *failure) []byte {
	buf = query.AppendText(append(buf, "<Code>"...), f.code)
	buf = query.AppendText(append(buf, "</Code><Message>"...), f.message)
	return append(buf, "</Message>"...)
}

func (q *queryProtocol) words() *words { return &queryWords }
