package cloudwatch_test

import (
	"bytes"
	"cmp"
	"log/slog"
	"net/http"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
	"github.com/aws/smithy-go/transport/http/protocol/awsquery"
	"github.com/aws/smithy-go/transport/http/protocol/rpcv2"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) {
	os.Exit(promises.Main(m, cloudwatch.New(cloudwatch.Options{}).Service()))
}

func TestTable(t *testing.T) {
	apitest.Table(t, cloudwatch.New(cloudwatch.Options{}).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*cloudwatch.API]())
}

func TestNamesOnTheWire(t *testing.T) {
	apitest.RoundTrip(t, cloudwatch.New(cloudwatch.Options{}).Service(), func(transport *http.Client) any {
		return sdk.New(sdk.Options{
			HTTPClient: transport, Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("test", "secret", ""),
			DisableRequestCompression: true, // what is read there is the form
		}, speaking(protocols["Query"]))
	})
}

// protocols are those that SDKs of today and before speak. The SDK's client speaks each of them.
var protocols = map[string]smithyhttp.ClientProtocol{
	"JSON":  awsjson.New10(schemas.GraniteServiceVersion20100801),
	"CBOR":  rpcv2.NewCBOR(schemas.GraniteServiceVersion20100801),
	"Query": awsquery.New(schemas.GraniteServiceVersion20100801),
}

func speaking(p smithyhttp.ClientProtocol) func(*sdk.Options) {
	return func(o *sdk.Options) { o.Protocol = p }
}

// scene is a client of an API over an empty store.
type scene struct {
	*apitest.Scene
	*sdk.Client
	protocol smithyhttp.ClientProtocol
	log      *bytes.Buffer
}

// inEachProtocol runs a test once with each protocol.
func inEachProtocol(t *testing.T, test func(s *scene)) {
	for name, protocol := range protocols {
		t.Run(name, func(t *testing.T) { test(newScene(t, protocol)) })
	}
}

func newScene(t *testing.T, protocol smithyhttp.ClientProtocol) *scene {
	t.Helper()
	s := apitest.NewScene(t, arn.Scope{Region: "eu-west-1", Account: "123456789012"})
	var log bytes.Buffer
	api := cloudwatch.New(cloudwatch.Options{Store: s.Store, Now: s.Clock, Log: slog.New(slog.NewTextHandler(&log, nil))})
	return &scene{s, sdk.NewFromConfig(s.Serve(api.Service(), &promises), speaking(protocol)), protocol, &log}
}

func ok[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In) *Out {
	s.T.Helper()
	s.Now = s.Now.Add(time.Second)
	return apitest.OK(s.T, call, in)
}

// exceptions are what the SDK calls errors by their codes in AWS Query. In the other protocols it
// takes the code from a header.
var exceptions = map[string]string{
	"ValidationError": "ValidationException", "InvalidFormat": "InvalidFormatFault", "InvalidParameterValue": "InvalidParameterValueException",
	"InvalidParameterCombination": "InvalidParameterCombinationException", "MissingParameter": "MissingRequiredParameterException", "InvalidParameterInput": "DashboardInvalidInputError",
}

func refused[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In, code, text string) {
	s.T.Helper()
	if s.protocol == protocols["Query"] {
		code = cmp.Or(exceptions[code], code)
	}
	apitest.Refused(s.T, call, in, code, text)
}

// minimal is the least that an alarm of one metric needs.
func minimal(name string) *sdk.PutMetricAlarmInput {
	return &sdk.PutMetricAlarmInput{
		AlarmName: &name, Namespace: aws.String("Shop"), MetricName: aws.String("Errors"), Statistic: types.StatisticAverage,
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(10), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
	}
}

func (s *scene) describe(name string) types.MetricAlarm {
	s.T.Helper()
	out := apitest.OK(s.T, s.DescribeAlarms, &sdk.DescribeAlarmsInput{AlarmNames: []string{name}})
	if len(out.MetricAlarms) != 1 {
		s.T.Fatalf("%d alarms are called %s", len(out.MetricAlarms), name)
	}
	return out.MetricAlarms[0]
}

func alarmARN(name string) string { return "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:" + name }
