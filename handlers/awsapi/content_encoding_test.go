package awsapi_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

func packed(t *testing.T, text string) string {
	t.Helper()
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestPackedBodies(t *testing.T) {
	const mostBytes = 1000
	var reason string
	h := ecsOf(awsapi.Works("StopTask", "", func(_ context.Context, in *ecs.StopTaskInput) (*ecs.StopTaskOutput, error) {
		reason = *in.Reason
		return &ecs.StopTaskOutput{}, nil
	})).Handler(awsapi.Options{MaxBody: mostBytes})
	body := func(reason string) string { return `{"reason":"` + reason + `","task":"t"}` }
	whole := packed(t, body("packed"))
	for _, test := range []struct {
		name, encoding, body string
		status               int
		want                 string
	}{
		{"packed", "gzip", whole, 200, "packed"},
		{"packed, in capitals", "GZIP", whole, 200, "packed"},
		{"in two members", "gzip", packed(t, `{"reason":"pac`) + packed(t, `ked","task":"t"}`), 200, "packed"},
		{"as it is", "identity", body("plain"), 200, "plain"},
		{"of the largest size", "gzip", packed(t, body(strings.Repeat("a", mostBytes-len(body(""))))), 200, strings.Repeat("a", mostBytes-len(body("")))},
		{"too large when unpacked", "gzip", packed(t, body(strings.Repeat("a", mostBytes))), 413, "RequestEntityTooLargeException"},
		{"very much larger", "gzip", packed(t, strings.Repeat("a", 900_000)), 413, "RequestEntityTooLargeException"},
		{"not packed", "gzip", body("plain"), 400, "SerializationException"},
		{"cut off", "gzip", whole[:len(whole)-5], 400, "SerializationException"},
		{"changed", "gzip", whole[:len(whole)-8] + "12345678", 400, "SerializationException"},
		{"something behind", "gzip", whole + "more", 400, "SerializationException"},
		{"otherwise packed", "br", whole, 400, "SerializationException"},
		{"packed twice", "gzip, gzip", packed(t, whole), 400, "SerializationException"},
	} {
		t.Run(test.name, func(t *testing.T) {
			reason = ""
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.body))
			r.Header.Set("X-Amz-Target", target+".StopTask")
			r.Header.Set("Content-Encoding", test.encoding)
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			got := reason
			if test.status != http.StatusOK {
				got = w.Body.String()
			}
			if w.Code != test.status || !strings.Contains(got, test.want) {
				t.Errorf("got %d %s %.80s, want %d %.80s", w.Code, w.Body, reason, test.status, test.want)
			}
		})
	}
}

func TestPackedForms(t *testing.T) {
	for _, ec2 := range []bool{false, true} {
		for form, want := range map[string]string{
			packed(t, "Action=DescribeVpcs&VpcIds.member.1=v-1&VpcId.1=v-1"): "v-1",
			"Action=DeleteVpc": "<Code>SerializationException</Code>",
		} {
			r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form))
			r.Header.Set("Content-Encoding", "gzip")
			w := httptest.NewRecorder()
			vpcs(ec2).ServeHTTP(w, r)
			if !strings.Contains(w.Body.String(), want) {
				t.Errorf("EC2 %v: got %d %s, want %s", ec2, w.Code, w.Body, want)
			}
		}
	}
}
