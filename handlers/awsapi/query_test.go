package awsapi_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire/query"
)

type (
	vpcInput  struct{ VpcIds []string }
	vpcOutput struct{ Vpcs []vpc }
	vpc       struct{ VpcId *string }
	nothing   struct{}
)

var dialects = map[bool]*query.Codec{false: query.AWS, true: query.New(query.Rules{EC2: true})}

func vpcs(ec2 bool) http.Handler {
	return awsapi.Service{
		Name:     "ec2",
		Protocol: awsapi.Query{Namespace: "http://ec2/", Version: "2016-11-15", Codec: dialects[ec2], Others: map[string]string{"2006-06-26": "the first EC2"}},
		Statuses: map[string]int{"VpcLimitExceeded": 409},
		Operations: []awsapi.Operation{
			awsapi.Works("DescribeVpcs", "", func(_ context.Context, in *vpcInput) (*vpcOutput, error) {
				return &vpcOutput{[]vpc{{&in.VpcIds[0]}}}, nil
			}),
			awsapi.Works("DeleteVpc", "", func(context.Context, *nothing) (*nothing, error) { return nil, nil }),
			awsapi.Works("CreateVpc", "", func(context.Context, *struct{ Size int }) (*nothing, error) {
				return nil, &awsapi.Error{Code: "VpcLimitExceeded", Message: "5 < 6"}
			}),
			awsapi.Works("ModifyVpc", "", func(context.Context, *nothing) (*nothing, error) { return nil, errors.New("disk on fire") }),
		},
	}.Handler(awsapi.Options{RequestID: func() string { return "id-1" }, Logger: slog.New(slog.DiscardHandler)})
}

func TestQueryAnswers(t *testing.T) {
	for _, test := range []struct {
		form   string
		status int
		query  string
		ec2    string
	}{
		{"Action=DescribeVpcs&VpcIds.member.1=v-1&VpcId.1=v-1", 200,
			`<DescribeVpcsResponse xmlns="http://ec2/"><DescribeVpcsResult><Vpcs><member><VpcId>v-1</VpcId></member></Vpcs></DescribeVpcsResult>` +
				`<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></DescribeVpcsResponse>`,
			`<DescribeVpcsResponse xmlns="http://ec2/"><requestId>id-1</requestId><vpcSet><item><vpcId>v-1</vpcId></item></vpcSet></DescribeVpcsResponse>`},
		{"Action=DeleteVpc", 200,
			`<DeleteVpcResponse xmlns="http://ec2/"><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></DeleteVpcResponse>`,
			`<DeleteVpcResponse xmlns="http://ec2/"><requestId>id-1</requestId><return>true</return></DeleteVpcResponse>`},
		{"Action=CreateVpc", 409,
			`<ErrorResponse xmlns="http://ec2/"><Error><Type>Sender</Type><Code>VpcLimitExceeded</Code><Message>5 &lt; 6</Message></Error><RequestId>id-1</RequestId></ErrorResponse>`,
			`<Response><Errors><Error><Code>VpcLimitExceeded</Code><Message>5 &lt; 6</Message></Error></Errors><RequestID>id-1</RequestID></Response>`},
		{"Action=ModifyVpc", 500, `<Type>Receiver</Type><Code>InternalFailure</Code>`, `<Code>InternalError</Code>`},
		{"Action=CreateVpc&Size=big", 400, `<Code>MalformedInput</Code>`,
			`<Code>InvalidParameterValue</Code><Message>the value &quot;big&quot; of the parameter Size is not an integer</Message>`},
		{"Action=TossVpc", 501, `<Code>NotImplementedException</Code>`,
			`<Code>NotImplementedException</Code><Message>ecs-emulator does not implement ec2 TossVpc; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ec2.md.</Message>`},
		{"Action=DescribeVpcs&Version=2006-06-26", 501, `<Message>ecs-emulator does not implement the first EC2; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ec2.md.</Message>`,
			`<Message>ecs-emulator does not implement the first EC2; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ec2.md.</Message>`},
		{"Version=1", 400, `<Code>MissingAction</Code>`, `<Code>MissingAction</Code>`},
		{"Action=%zz", 400, `<Code>MalformedQueryString</Code>`, `<Code>MalformedQueryString</Code>`},
	} {
		for dialect, want := range map[bool]string{false: test.query, true: test.ec2} {
			for _, r := range []*http.Request{
				httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.form)),
				httptest.NewRequest(http.MethodGet, "/?"+test.form, nil),
			} {
				w := httptest.NewRecorder()
				vpcs(dialect).ServeHTTP(w, r)
				if w.Code != test.status || !strings.Contains(w.Body.String(), want) {
					t.Errorf("%s %s, EC2 %v:\n got %d %s\nwant %d %s", r.Method, test.form, dialect, w.Code, w.Body, test.status, want)
				}
				if strings.Contains(w.Body.String(), "fire") {
					t.Errorf("the cause leaks: %s", w.Body)
				}
			}
		}
	}
}
