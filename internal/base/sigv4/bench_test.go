package sigv4_test

import (
	"bytes"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sigv4"
)

// registerTask is a request as the SDK sends it, with 1 KiB of body.
func registerTask(t testing.TB) (r *http.Request, body []byte) {
	body = bytes.Repeat([]byte("x"), 1024)
	r, err := http.NewRequest("POST", "http://127.0.0.1:4566/", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "AmazonEC2ContainerServiceV20141113.RegisterTaskDefinition",
		"Amz-Sdk-Invocation-Id": "9b3b2a4e-6d0f-4a55-8f0e-2f0c0c1f6f3d", "Amz-Sdk-Request": "attempt=1; max=3",
		"Accept-Encoding": "gzip", "User-Agent": "aws-sdk-go-v2/1.47.5 ua/2.1 os/linux lang/go#1.26 api/ecs#1.103.1 m/g",
	} {
		r.Header.Set(name, value)
	}
	credentials := aws.Credentials{AccessKeyID: key, SecretAccessKey: secret}
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, sum(string(body)), "ecs", "us-east-1", clock); err != nil {
		t.Fatal(err)
	}
	return r, body
}

// BenchmarkGoalSignature parses and verifies a request, and tells the best of twenty rounds.
func BenchmarkGoalSignature(b *testing.B) {
	r, body := registerTask(b)
	var v sigv4.Verifier
	const rounds, times = 20, 1000
	for b.Loop() {
		best := time.Hour
		for range rounds {
			began := time.Now()
			for range times {
				s, _, err := sigv4.Parse(r)
				if err == nil {
					err = v.Verify(r, s, body, secret, "ecs", clock)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			best = min(best, time.Since(began))
		}
		b.ReportMetric(float64(best.Nanoseconds())/times/1000, "µs≤15")
	}
}

// TestMemoryOfAVerificationDoesNotMultiply has a long header, and a list that names it a hundred times.
func TestMemoryOfAVerificationDoesNotMultiply(t *testing.T) {
	r, body := registerTask(t)
	const length = 500_000
	r.Header.Set("My-Header", strings.Repeat("x", length))
	r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "host;", "host;"+strings.Repeat("my-header;", 100), 1))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, _, err := check(new(sigv4.Verifier), r, body, "ecs"); err == nil || err.Error() != wrong {
		t.Error(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 20*length {
		t.Errorf("it took %d bytes", took)
	}
}
