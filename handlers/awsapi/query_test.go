package awsapi_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

type vpcSet struct {
	VpcIDs []string `xml:"vpcSet>item>vpcId"`
}

func query(ec2 bool) http.Handler {
	return awsapi.Query{
		Service: "ec2", Namespace: "http://ec2/", Version: "2016-11-15", EC2: ec2,
		Operations: map[string]awsapi.QueryOperation{
			"DescribeVpcs": func(_ context.Context, form url.Values) (any, error) {
				return vpcSet{VpcIDs: form["VpcId.1"]}, nil
			},
			"DeleteVpc": func(context.Context, url.Values) (any, error) { return nil, nil },
			"CreateVpc": func(context.Context, url.Values) (any, error) {
				return nil, &awsapi.Error{Code: "VpcLimitExceeded", Message: "5 < 6"}
			},
			"ModifyVpc": func(context.Context, url.Values) (any, error) { return nil, errors.New("disk on fire") },
		},
		Options: awsapi.Options{RequestID: func() string { return "id-1" }, Logger: slog.New(slog.DiscardHandler)},
	}.Handler()
}

func TestQueryAnswers(t *testing.T) {
	for _, test := range []struct {
		form   string
		status int
		query  string
		ec2    string
	}{
		{"Action=DescribeVpcs&VpcId.1=v-1", 200,
			`<DescribeVpcsResponse xmlns="http://ec2/"><DescribeVpcsResult><vpcSet><item><vpcId>v-1</vpcId></item></vpcSet></DescribeVpcsResult>` +
				`<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></DescribeVpcsResponse>`,
			`<DescribeVpcsResponse xmlns="http://ec2/"><requestId>id-1</requestId><vpcSet><item><vpcId>v-1</vpcId></item></vpcSet></DescribeVpcsResponse>`},
		{"Action=DeleteVpc", 200,
			`<DeleteVpcResponse xmlns="http://ec2/"><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></DeleteVpcResponse>`,
			`<DeleteVpcResponse xmlns="http://ec2/"><requestId>id-1</requestId></DeleteVpcResponse>`},
		{"Action=CreateVpc", 400,
			`<ErrorResponse xmlns="http://ec2/"><Error><Type>Sender</Type><Code>VpcLimitExceeded</Code><Message>5 &lt; 6</Message></Error><RequestId>id-1</RequestId></ErrorResponse>`,
			`<Response><Errors><Error><Code>VpcLimitExceeded</Code><Message>5 &lt; 6</Message></Error></Errors><RequestID>id-1</RequestID></Response>`},
		{"Action=ModifyVpc", 500, `<Type>Receiver</Type><Code>InternalFailure</Code>`, `<Code>InternalError</Code>`},
		{"Action=TossVpc", 400, `<Code>InvalidAction</Code>`, `<Code>InvalidAction</Code>`},
		{"Version=1", 400, `<Code>MissingAction</Code>`, `<Code>MissingAction</Code>`},
		{"Action=%zz", 400, `<Code>MalformedQueryString</Code>`, `<Code>MalformedQueryString</Code>`},
	} {
		for dialect, want := range map[bool]string{false: test.query, true: test.ec2} {
			for _, r := range []*http.Request{
				httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.form)),
				httptest.NewRequest(http.MethodGet, "/?"+test.form, nil),
			} {
				w := httptest.NewRecorder()
				query(dialect).ServeHTTP(w, r)
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
