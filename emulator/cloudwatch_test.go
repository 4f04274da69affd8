package emulator_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// The SDK for Go makes an alarm in CBOR, and boto3 finds it in JSON. An alarm is
// of its region alone.
func TestAlarmsOfSDKs(t *testing.T) {
	t.Parallel()
	w := start(t)
	client := cloudwatch.NewFromConfig(w.srv.Config())
	_, err := client.PutMetricAlarm(t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("errors"), Namespace: aws.String("Shop"), MetricName: aws.String("Errors"), Statistic: types.StatisticSum,
		Period: aws.Int32(60), EvaluationPeriods: aws.Int32(2), Threshold: aws.Float64(2.5), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
		Tags: []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}},
	})
	w.must(err)
	_, err = client.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("errors"), StateValue: types.StateValueAlarm, StateReason: aws.String("a rehearsal")})
	w.must(err)
	var missing *types.ResourceNotFound
	if _, err = client.SetAlarmState(t.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: aws.String("none"), StateValue: types.StateValueOk, StateReason: aws.String("")}); !errors.As(err, &missing) {
		t.Errorf("another alarm answers %v", err)
	}
	elsewhere, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{}, func(o *cloudwatch.Options) { o.Region = "ap-south-1" })
	w.must(err)
	if len(elsewhere.MetricAlarms) != 0 {
		t.Errorf("another region has %+v", elsewhere.MetricAlarms)
	}
	out, err := client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{StateValue: types.StateValueAlarm})
	w.must(err)
	if len(out.MetricAlarms) != 1 || *out.MetricAlarms[0].Threshold != 2.5 {
		t.Fatalf("%+v", out.MetricAlarms)
	}

	t.Run("boto3", func(t *testing.T) {
		requireBoto3(t)
		cmd := exec.CommandContext(t.Context(), "python3", filepath.Join(pythonFolder, "alarms.py"))
		cmd.Env = []string{
			"HOME=" + os.Getenv("HOME"), "PYENV_ROOT=" + os.Getenv("PYENV_ROOT"), "PATH=" + os.Getenv("PATH"),
			"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
			"AWS_DEFAULT_REGION=us-east-1", "AWS_ENDPOINT_URL=" + w.srv.URL(),
		}
		output, err := cmd.CombinedOutput()
		if want := fmt.Sprintf("ALARM 2.5 %d shop\nResourceNotFound 404\n", out.MetricAlarms[0].StateUpdatedTimestamp.Year()); err != nil || string(output) != want {
			t.Errorf("it ends with %v and prints:\n%s\nwant\n%s", err, output, want)
		}
	})
}

// Alarms are the emulator's, and metrics those of the upstream, which gets a request as the SDK has packed it.
func TestMetricsAreLeftToTheUpstream(t *testing.T) {
	t.Parallel()
	got := make(chan []byte, 10)
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if !strings.HasPrefix(r.URL.Path, "/service/") {
			return // what the emulator itself asks: for the account
		}
		got <- fmt.Appendf(nil, "%s %s %s", r.URL.Path, r.Header.Get("Content-Encoding"), body)
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.Header().Set("Content-Type", "application/cbor")
		_, _ = w.Write([]byte("\xbf\xff"))
	}))
	t.Cleanup(behind.Close)
	w := start(t, emulator.Options{Upstream: behind.URL})
	client := cloudwatch.NewFromConfig(w.srv.Config())
	metrics := &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop")}
	for range 500 { // more than the SDK sends unpacked
		metrics.MetricData = append(metrics.MetricData, types.MetricDatum{MetricName: aws.String("Orders"), Value: aws.Float64(1)})
	}
	_, err := client.PutMetricData(t.Context(), metrics)
	w.must(err)
	_, err = client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	w.must(err)
	sent, packed := bytes.CutPrefix(<-got, []byte("/service/GraniteServiceVersion20100801/operation/PutMetricData gzip "))
	if !packed {
		t.Fatalf("the upstream got %.100q", sent)
	}
	text, err := gzip.NewReader(bytes.NewReader(sent))
	w.must(err)
	data, err := io.ReadAll(text)
	w.must(err)
	if n := bytes.Count(data, []byte("Orders")); n != len(metrics.MetricData) || len(got) != 0 {
		t.Errorf("the upstream got %d metrics and %d other requests", n, len(got))
	}
}
