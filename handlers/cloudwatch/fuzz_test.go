package cloudwatch_test

import (
	"encoding/hex"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// No request in CBOR is answered with an error on our side.
func FuzzCBOR(f *testing.F) {
	const (
		begin = "c1fb41dac00a0c000000" // 11:00 and 13:00: a tag and a double
		end   = "c1fb41dac01114000000"
		datum = "bf6a4d65747269634e616d65644c6f61646656616c7565739ffb3ff0000000000000fb4024000000000000ffff"                // MetricName, Values
		put   = "bf694e616d6573706163656453686f706a4d6574726963446174619f" + datum + "ffff"                                 // Namespace, MetricData
		list  = "bf694e616d6573706163656453686f70ff"                                                                        // Namespace
		name  = "bf6d44617368626f6172644e616d656473686f70" + "6d44617368626f617264426f64796e7b2277696467657473223a5b5d7dff" // DashboardName, DashboardBody
		stat  = "bf694e616d6573706163656453686f706a4d65747269634e616d65644c6f616466506572696f64183c695374617274" +
			"54696d65" + begin + "67456e6454696d65" + end + "6a537461746973746963739f6353756dff72457874656e64656453746174697374696373" + "9f63703930ffff"
		data = "bf6953746172745469" + "6d65" + begin + "67456e6454696d65" + end + "714d657472696344617461517565726965739fbf6249646165" + "6a45787072657373696f6e63312b31ffffff"
	)
	for operation, input := range map[string]string{
		"PutMetricData": put, "GetMetricStatistics": stat, "GetMetricData": data, "ListMetrics": list,
		"PutDashboard": name, "GetDashboard": name, "ListDashboards": "a0", "DeleteDashboards": "bf6e44617368626f6172644e616d65739f6473686f70ffff",
	} {
		text, err := hex.DecodeString(input)
		if err != nil {
			f.Fatal(operation, err)
		}
		f.Add(operation, text)
	}
	rows, err := state.Open(store.Options{})
	if err != nil {
		f.Fatal(err)
	}
	defer rows.Close()
	metrics, err := metric.Open(metric.Options{Size: 1 << 20})
	if err != nil {
		f.Fatal(err)
	}
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	api := cloudwatch.New(cloudwatch.Options{Store: rows, Now: func() time.Time { return at }, Metrics: metrics})
	handler := api.Service().Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)})
	f.Fuzz(func(t *testing.T, operation string, body []byte) {
		if strings.ContainsAny(operation, "/%?# ") || operation == "" {
			return
		}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(string(body)))
		r.URL.Path = "/service/GraniteServiceVersion20100801/operation/" + operation
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code >= http.StatusInternalServerError && w.Code != http.StatusNotImplemented {
			t.Fatalf("%s answers %d %q", operation, w.Code, w.Body)
		}
	})
}
