package cloudwatch_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatch"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// BenchmarkDescribeAlarms describes a hundred alarms in each protocol, from the request to the
// last byte of the answer. `make bench` holds CBOR against JSON.
func BenchmarkDescribeAlarms(b *testing.B) {
	s, err := state.Open(store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	api := cloudwatch.New(cloudwatch.Options{Store: s, Now: time.Now})
	ctx := awsapi.NewContext(b.Context(), awsapi.Call{Region: "us-east-1", Account: awsapi.DefaultAccount})
	for i := range 100 {
		if _, err := api.PutMetricAlarm(ctx, &sdk.PutMetricAlarmInput{
			AlarmName: aws.String(fmt.Sprint("alarm-", i)), Namespace: aws.String("Shop"), MetricName: aws.String("Errors"), Statistic: "Average",
			Period: aws.Int32(60), EvaluationPeriods: aws.Int32(3), Threshold: aws.Float64(10), ComparisonOperator: "GreaterThanThreshold",
		}); err != nil {
			b.Fatal(err)
		}
	}
	const name = "GraniteServiceVersion20100801"
	h := api.Service().Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)})
	for _, protocol := range []struct {
		name, path, body string
		header           http.Header
	}{
		{"JSON", "/", `{"MaxRecords":100}`, http.Header{"X-Amz-Target": {name + ".DescribeAlarms"}}},
		{"CBOR", "/service/" + name + "/operation/DescribeAlarms", "\xbf\x6aMaxRecords\x18\x64\xff", http.Header{"Smithy-Protocol": {"rpc-v2-cbor"}}},
		{"Query", "/", "Action=DescribeAlarms&MaxRecords=100", http.Header{}},
	} {
		b.Run(protocol.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(http.MethodPost, protocol.path, strings.NewReader(protocol.body))
				r.Header = protocol.header
				w := httptest.NewRecorder()
				if h.ServeHTTP(w, r); w.Code != http.StatusOK || w.Body.Len() < 20_000 {
					b.Fatalf("%d: %d bytes", w.Code, w.Body.Len())
				}
			}
		})
	}
}
