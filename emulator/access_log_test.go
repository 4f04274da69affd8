package emulator_test

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// strangers is a world with the user dev, the role closed that trusts another account, and a session of the role gone, which is
// deleted.
type strangers struct {
	*world
	key     aws.Credentials // of the user dev
	session aws.Credentials
}

// strangers makes them as the root user: in some worlds the keys of clients act as another caller.
func (w *world) strangers() strangers {
	w.Helper()
	s, ctx, client := strangers{world: w}, w.Context(), iam.NewFromConfig(w.srv.Config())
	w.principals()
	made, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("dev")})
	w.ok(err)
	s.key = aws.Credentials{AccessKeyID: *made.AccessKey.AccessKeyId, SecretAccessKey: *made.AccessKey.SecretAccessKey}
	for name, trusts := range map[string]string{"closed": strings.Replace(anyone, `"*"`, `"999999999999"`, 1), "gone": anyone} {
		_, err = client.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: &trusts})
		w.ok(err)
	}
	assumed, err := s.assume(s.key, "gone")
	w.ok(err)
	s.session = aws.Credentials{
		AccessKeyID: *assumed.Credentials.AccessKeyId, SecretAccessKey: *assumed.Credentials.SecretAccessKey, SessionToken: *assumed.Credentials.SessionToken,
	}
	_, err = client.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: aws.String("gone")})
	w.ok(err)
	return s
}

func (s strangers) with(keys aws.Credentials) aws.Config {
	config := s.srv.Config()
	config.Credentials = credentials.StaticCredentialsProvider{Value: keys}
	return config
}

func (s strangers) assume(keys aws.Credentials, role string) (*sts.AssumeRoleOutput, error) {
	return sts.NewFromConfig(s.with(keys)).AssumeRole(s.Context(), &sts.AssumeRoleInput{
		RoleArn: aws.String("arn:aws:iam::000000000000:role/" + role), RoleSessionName: aws.String("test"),
	})
}

func (s strangers) list(keys aws.Credentials) error {
	_, err := ecs.NewFromConfig(s.with(keys)).ListClusters(s.Context(), &ecs.ListClustersInput{})
	return err
}

// raw sends ListClusters with an Authorization header.
func (s strangers) raw(authorization string) error {
	r, err := http.NewRequestWithContext(s.Context(), http.MethodPost, s.srv.URL()+"/", strings.NewReader("{}"))
	s.ok(err)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListClusters")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	answer, err := http.DefaultClient.Do(r)
	s.ok(err)
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return errors.New(answer.Header.Get("X-Amzn-Errortype") + answer.Status)
	}
	return nil
}

// codeOf is what a caller learns of an error.
func codeOf(err error) string {
	var refusal smithy.APIError
	switch {
	case err == nil:
		return "taken"
	case errors.As(err, &refusal):
		return refusal.ErrorCode()
	}
	return err.Error()
}

// TestLogRefusesNothing that is taken without access, for each caller, and tells each time.
func TestLogRefusesNothing(t *testing.T) {
	t.Parallel()
	const dated = "AWS4-HMAC-SHA256 Credential=KEY/20200101/us-east-1/ecs/aws4_request, SignedHeaders=host, Signature=0"
	calls := []struct {
		name string
		call func(s strangers) error
	}{
		{"keys that were not issued", func(s strangers) error {
			return s.list(aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "s"})
		}},
		{"test/test", func(s strangers) error { return s.list(aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}) }},
		{"a session that was not issued", func(s strangers) error {
			return s.list(aws.Credentials{AccessKeyID: "ASIAIOSFODNN7EXAMPLE", SecretAccessKey: "s", SessionToken: "t"})
		}},
		{"twelve digits", func(s strangers) error {
			return s.list(aws.Credentials{AccessKeyID: "123456789012", SecretAccessKey: "s"})
		}},
		{"a user without a policy for it", func(s strangers) error { return s.list(s.key) }},
		{"another secret", func(s strangers) error {
			return s.list(aws.Credentials{AccessKeyID: s.key.AccessKeyID, SecretAccessKey: "s"})
		}},
		{"another secret of a session", func(s strangers) error {
			return s.list(aws.Credentials{AccessKeyID: s.session.AccessKeyID, SecretAccessKey: "s", SessionToken: s.session.SessionToken})
		}},
		{"unsigned", func(s strangers) error { return s.raw("") }},
		{"half a signature", func(s strangers) error {
			return s.raw("AWS4-HMAC-SHA256 Credential=" + s.key.AccessKeyID + "/20200101/us-east-1/ecs/aws4_request")
		}},
		{"an old signature", func(s strangers) error { return s.raw(strings.Replace(dated, "KEY", s.key.AccessKeyID, 1)) }},
		{"a signature of nothing that was issued", func(s strangers) error { return s.raw(strings.Replace(dated, "KEY", "test", 1)) }},
		{"a role that trusts another account", func(s strangers) error { _, err := s.assume(s.key, "closed"); return err }},
		{"the same by the root user", func(s strangers) error {
			_, err := s.assume(aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, "closed")
			return err
		}},
		{"a role that does not exist", func(s strangers) error { _, err := s.assume(s.key, "never"); return err }},
		{"a session of a role that is deleted", func(s strangers) error { return s.list(s.session) }},
		{"a session with a policy for nothing", func(s strangers) error {
			_, err := sts.NewFromConfig(s.with(s.key)).GetFederationToken(s.Context(), &sts.GetFederationTokenInput{Name: aws.String("guest")})
			return err
		}},
	}
	off := start(t, emulator.Options{}).strangers()
	for _, caller := range []string{"", "arn:aws:iam::000000000000:user/dev", "arn:aws:iam::000000000000:user/never", "arn:aws:iam::000000000000:role/never"} {
		t.Run("caller "+caller, func(t *testing.T) {
			var log lockedBuffer
			logs := start(t, emulator.Options{IAM: emulator.AccessLog, Caller: caller, Log: slog.New(slog.NewTextHandler(&log, nil))}).strangers()
			for _, c := range calls {
				before, said := len(logs.srv.Access(emulator.AccessFilter{})), len(log.String())
				if got, want := codeOf(c.call(logs)), codeOf(c.call(off)); got != want {
					t.Errorf("%s: %s, and without access %s", c.name, got, want)
				}
				if len(logs.srv.Access(emulator.AccessFilter{})) == before && !strings.Contains(log.String()[said:], "would be") {
					t.Errorf("%s: nothing tells of it", c.name)
				}
			}
		})
	}
}

// TestLogTellsWhatEnforceRefuses: each is a line, or a decision that is denied.
func TestLogTellsWhatEnforceRefuses(t *testing.T) {
	t.Parallel()
	var log lockedBuffer
	s := start(t, emulator.Options{IAM: emulator.AccessLog, Log: slog.New(slog.NewTextHandler(&log, nil))}).strangers()
	s.ok(s.list(aws.Credentials{AccessKeyID: s.key.AccessKeyID, SecretAccessKey: "another"}))
	if !strings.Contains(log.String(), "the request would be refused") || !strings.Contains(log.String(), s.key.AccessKeyID) {
		t.Errorf("the log has %s", log.String())
	}
	_, err := s.assume(s.key, "closed")
	s.ok(err)
	denied := s.srv.Access(emulator.AccessFilter{Action: "sts:AssumeRole", Denied: true})
	if len(denied) != 1 || denied[0].Enforced || denied[0].Layer != "trust" || denied[0].Resource != "arn:aws:iam::000000000000:role/closed" {
		t.Errorf("the decisions are %+v", denied)
	}
}
