package emulator_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// putObject sends an object of S3 whose body the signature does not cover.
func (w *world) putObject(keys aws.Credentials) string {
	w.Helper()
	const hash = "UNSIGNED-PAYLOAD"
	r, err := http.NewRequestWithContext(w.Context(), http.MethodPut, w.srv.URL()+"/bucket/key", strings.NewReader("body"))
	w.ok(err)
	r.Header.Set("X-Amz-Content-Sha256", hash)
	w.ok(v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }).SignHTTP(w.Context(), keys, r, hash, "s3", "us-east-1", time.Now()))
	answer, err := http.DefaultClient.Do(r)
	w.ok(err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	w.ok(err)
	return string(text)
}

// TestAnUpstreamIsReachedByPolicies: by who may, with a good signature.
func TestAnUpstreamIsReachedByPolicies(t *testing.T) {
	t.Parallel()
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "upstream got %s", body)
	}))
	t.Cleanup(behind.Close)
	for mode, refuses := range map[emulator.AccessMode]bool{emulator.AccessEnforce: true, emulator.AccessLog: false} {
		w := start(t, emulator.Options{IAM: mode, Upstream: behind.URL})
		w.principals()
		keys, err := w.srv.As("user/dev").Credentials.Retrieve(t.Context())
		w.ok(err)
		wrong := keys
		wrong.SecretAccessKey = "another"
		expect := func(when string, keys aws.Credentials, want string) {
			t.Helper()
			if !refuses {
				want = "upstream got body"
			}
			if got := w.putObject(keys); !strings.Contains(got, want) {
				t.Errorf("%s, %s: got %s, want %s", mode, when, got, want)
			}
		}
		expect("without a policy", keys, "<Code>AccessDenied</Code><Message>User: arn:aws:iam::000000000000:user/dev is not authorized to perform: s3:* on resource: * because no identity-based")
		if denied := w.srv.Access(emulator.AccessFilter{Action: "s3:*", Denied: true}); len(denied) != 1 || denied[0].Enforced != refuses {
			t.Errorf("%s: the decisions are %+v", mode, denied)
		}
		_, err = iam.NewFromConfig(w.srv.Config()).PutUserPolicy(t.Context(), &iam.PutUserPolicyInput{UserName: aws.String("dev"), PolicyName: aws.String("s3"),
			PolicyDocument: policyOf(`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`)})
		w.ok(err)
		expect("with one", keys, "upstream got body")
		expect("with another secret", wrong, "<Code>SignatureDoesNotMatch</Code>")
		expect("with keys that were not issued", aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, "<Code>InvalidToken</Code>")
	}
}
