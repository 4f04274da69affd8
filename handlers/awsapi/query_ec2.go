package awsapi

import "github.com/ecs-emulator/ecs-emulator/internal/base/wire/query"

// ec2Protocol is EC2's dialect: other answers and errors.
type ec2Protocol struct{ queryProtocol }

var _ protocol = (*ec2Protocol)(nil)

func (q *ec2Protocol) contentType() string { return "text/xml;charset=UTF-8" }
func (q *ec2Protocol) serverCode() string  { return "InternalError" }

func (q *ec2Protocol) decode(x *exchange, in any) error {
	return q.refuse("InvalidParameterValue", q.Codec.Decode(x.form, in))
}

// encode answers true for an operation without an output, as EC2 does.
// Source: EC2 API reference, CreateTags.
func (q *ec2Protocol) encode(x *exchange, answer *payload, out any) {
	buf := append(q.open(answer.text, x), "<requestId>"...)
	buf = append(query.AppendText(buf, x.call.RequestID), "</requestId>"...)
	if q.Codec.Empty(out) {
		buf = append(buf, "<return>true</return>"...)
	} else {
		buf = q.Codec.Append(buf, out)
	}
	answer.text = append(append(append(buf, "</"...), x.call.Operation...), "Response>"...)
}

func (q *ec2Protocol) appendFailure(buf []byte, x *exchange, f *failure) []byte {
	buf = append(appendError(append(buf, "<Response><Errors><Error>"...), f), "</Error></Errors><RequestID>"...)
	return append(query.AppendText(buf, x.call.RequestID), "</RequestID></Response>"...)
}

func (q *ec2Protocol) words() *words { return &ec2Words }
