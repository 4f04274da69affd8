package emulator_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/schemas"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go/transport/http/protocol/awsquery"

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
		Tags:             []types.Tag{{Key: aws.String("team"), Value: aws.String("shop")}},
		TreatMissingData: aws.String("ignore"), // so that the state that is set outlasts the minute
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

// Alarms and metrics are the emulator's, and what it has not built the upstream's, which gets a request as the client has
// packed it.
func TestWhatIsLeftToTheUpstream(t *testing.T) {
	t.Parallel()
	got := make(chan string, 10)
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if strings.HasPrefix(r.URL.Path, "/service/") { // otherwise it is what the emulator itself asks: for the account
			got <- fmt.Sprintf("%s %s %s", r.URL.Path, r.Header.Get("Content-Encoding"), body)
		}
	}))
	t.Cleanup(behind.Close)
	var log lockedBuffer
	w := start(t, emulator.Options{Upstream: behind.URL, Log: slog.New(slog.NewTextHandler(&log, nil))})
	client := cloudwatch.NewFromConfig(w.srv.Config())
	metrics := &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop")}
	for range 500 { // more than the SDK sends unpacked
		metrics.MetricData = append(metrics.MetricData, types.MetricDatum{MetricName: aws.String("Orders"), Value: aws.Float64(1)})
	}
	_, err := client.PutMetricData(t.Context(), metrics)
	w.must(err)
	_, err = client.DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{})
	w.must(err)
	out, err := client.ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{Namespace: aws.String("Shop")})
	w.must(err)
	if len(out.Metrics) != 1 || len(got) != 0 {
		t.Errorf("%d metrics, and %d requests to the upstream", len(out.Metrics), len(got))
	}

	const path = "/service/GraniteServiceVersion20100801/operation/PutMetricStream"
	var packed bytes.Buffer
	gz := gzip.NewWriter(&packed)
	_, err = gz.Write([]byte("\xbf\xff"))
	w.must(err)
	w.must(gz.Close())
	body := packed.String()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.srv.URL()+path, &packed)
	w.must(err)
	r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
	r.Header.Set("Content-Encoding", "gzip")
	answer, err := http.DefaultClient.Do(r)
	w.must(err)
	_ = answer.Body.Close()
	select {
	case sent := <-got:
		if sent != path+" gzip "+body {
			t.Errorf("the upstream got %q", sent)
		}
	default:
		t.Errorf("the upstream got nothing: %s", answer.Status)
	}
	if !strings.Contains(log.String(), "metrics, alarms and scaling of services are the emulator's own") {
		t.Error("the log does not say whose metrics there are")
	}
}

// One metric is put and read by the SDK for Go in CBOR and in AWS Query, by boto3 and by the AWS CLI.
func TestMetricsOfSDKs(t *testing.T) {
	t.Parallel()
	w := start(t)
	client := cloudwatch.NewFromConfig(w.srv.Config())
	put := &cloudwatch.PutMetricDataInput{Namespace: aws.String("Shop"), MetricData: []types.MetricDatum{{
		MetricName: aws.String("Orders"), Unit: types.StandardUnitCount, Values: []float64{1, 2.5}, Counts: []float64{1, 2},
		Dimensions: []types.Dimension{{Name: aws.String("Shelf"), Value: aws.String("top")}},
	}}}
	query := func(o *cloudwatch.Options) { o.Protocol = awsquery.New(schemas.GraniteServiceVersion20100801) }
	_, err := client.PutMetricData(t.Context(), put)
	w.must(err)
	_, err = client.PutMetricData(t.Context(), put, query)
	w.must(err)
	read := func(want float64, options ...func(*cloudwatch.Options)) {
		t.Helper()
		now := w.srv.Clock().Now()
		out, err := client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
			StartTime: aws.Time(now.Add(-time.Hour).Truncate(time.Hour)), EndTime: aws.Time(now.Add(time.Hour).Truncate(time.Hour)),
			MetricDataQueries: []types.MetricDataQuery{{Id: aws.String("orders"), MetricStat: &types.MetricStat{
				Metric: &types.Metric{Namespace: put.Namespace, MetricName: aws.String("Orders"), Dimensions: put.MetricData[0].Dimensions},
				Period: aws.Int32(10800), Stat: aws.String("Sum"),
			}}},
		}, options...)
		w.must(err)
		if r := out.MetricDataResults; len(r) != 1 || len(r[0].Values) != 1 || r[0].Values[0] != want {
			t.Errorf("%+v, want %v", r, want)
		}
	}
	read(12)
	read(12, query)
	environment := []string{
		"HOME=" + os.Getenv("HOME"), "PYENV_ROOT=" + os.Getenv("PYENV_ROOT"), "PATH=" + os.Getenv("PATH"),
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull, "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
		"AWS_DEFAULT_REGION=us-east-1", "AWS_ENDPOINT_URL=" + w.srv.URL(),
	}
	t.Run("boto3", func(t *testing.T) {
		requireBoto3(t)
		cmd := exec.CommandContext(t.Context(), "python3", filepath.Join(pythonFolder, "metrics.py"))
		cmd.Env = environment
		if output, err := cmd.CombinedOutput(); err != nil || string(output) != "Complete 18.0\n18.0 Count\nShelf top\nInvalidParameterValueException 400\n" {
			t.Errorf("it ends with %v and prints:\n%s", err, output)
		}
	})
	t.Run("AWS CLI", func(t *testing.T) {
		requireCLI(t)
		run := func(args ...string) string {
			t.Helper()
			cmd := exec.CommandContext(t.Context(), "aws", append([]string{"cloudwatch", "--output", "text"}, args...)...)
			cmd.Env = environment
			output, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %v\n%s", args, err, output)
			}
			return string(output)
		}
		run("put-metric-data", "--namespace", "Shop", "--metric-name", "Basket", "--value", "3", "--dimensions", "Shelf=top")
		now := w.srv.Clock().Now()
		got := run("get-metric-statistics", "--namespace", "Shop", "--metric-name", "Basket", "--dimensions", "Name=Shelf,Value=top", "--period", "60", "--statistics", "Sum",
			"--extended-statistics", "p90", "--start-time", now.Add(-time.Hour).Format(time.RFC3339), "--end-time", now.Add(time.Hour).Format(time.RFC3339),
			"--query", "Datapoints[].[Sum,ExtendedStatistics.p90,Unit]")
		if got != "3\t3\tNone\n" {
			t.Errorf("the CLI shows %q", got)
		}
	})
}
