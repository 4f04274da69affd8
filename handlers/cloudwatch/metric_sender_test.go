package cloudwatch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// The log tells once of each sender and namespace whose data are more than ten minutes from the emulator's clock: after an
// advance programs still have real time.
func TestSenderWithAnotherClock(t *testing.T) {
	s := newScene(t, protocols["CBOR"])
	warned := func(namespace string, off ...time.Duration) string {
		t.Helper()
		s.Now = s.Now.Add(time.Second)
		s.log.Reset()
		in := &sdk.PutMetricDataInput{Namespace: &namespace, MetricData: []types.MetricDatum{{MetricName: aws.String("Visits"), Value: aws.Float64(1)}}}
		for _, each := range off {
			in.MetricData = append(in.MetricData, types.MetricDatum{MetricName: aws.String("Visits"), Value: aws.Float64(1), Timestamp: aws.Time(s.Now.Add(each))})
		}
		_, _ = s.PutMetricData(t.Context(), in) // what is hours ahead is refused, and told all the same
		return s.log.String()
	}
	const minute = time.Minute
	for _, near := range [][]time.Duration{nil, {-10 * minute}, {10 * minute}} {
		if text := warned("Shop", near...); text != "" {
			t.Errorf("at %v: %s", near, text)
		}
	}
	for _, far := range []struct {
		namespace string
		off       []time.Duration
		want      string
	}{
		{"Shop", []time.Duration{minute, -11 * minute}, `"11m0s behind"`},
		{"Store", []time.Duration{11 * minute}, `"11m0s ahead of"`},
		{"Cellar", []time.Duration{24 * time.Hour}, `"24h0m0s ahead of"`},
	} {
		text := warned(far.namespace, far.off...)
		if !strings.Contains(text, "level=WARN") || !strings.Contains(text, "namespace="+far.namespace) || !strings.Contains(text, "off="+far.want) || !strings.Contains(text, "sender=") {
			t.Errorf("%s at %v: %q", far.namespace, far.off, text)
		}
		if again := warned(far.namespace, far.off...); again != "" {
			t.Errorf("%s once more: %s", far.namespace, again)
		}
	}
}
