package emulator_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// badLogins makes secrets that are no login for a registry.
func (w *world) badLogins() {
	w.Helper()
	for name, value := range map[string]string{
		"text": "hunter2", "list": `["me","hunter2"]`, "number": `{"username":"me","password":5}`,
		"open": `{"username":"me"}`, "nameless": `{"user":"me","password":"hunter2"}`, "deleted": `{"username":"me","password":"hunter2"}`,
	} {
		w.createSecret(name, value)
	}
	client := secretsmanager.NewFromConfig(w.srv.Config())
	_, err := client.CreateSecret(w.Context(), &secretsmanager.CreateSecretInput{Name: aws.String("none")})
	w.must(err)
	_, err = client.CreateSecret(w.Context(), &secretsmanager.CreateSecretInput{
		Name: aws.String("binary"), SecretBinary: []byte(`{"username":"me","password":"hunter2"}`),
	})
	w.must(err)
	_, err = client.DeleteSecret(w.Context(), &secretsmanager.DeleteSecretInput{
		SecretId: aws.String("deleted"), RecoveryWindowInDays: aws.Int64(7),
	})
	w.must(err)
}

// What is said of each secret after "asm ". The parts of Secrets Manager's answers that differ each time are left out.
// Source: amazon-ecs-agent for the agent's words, field reports for Fargate's.
func TestWhyATaskHasNoLogin(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.badLogins()
	const (
		role    = "User: arn:aws:sts::000000000000:assumed-role/execution/"
		foreign = "arn:aws:secretsmanager:us-east-1:111122223333:secret:login-AbCdEf"
		api     = "operation error Secrets Manager: GetSecretValue, https response error StatusCode: 400, RequestID: "
		fargate = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: " +
			"unable to get registry auth from asm: service call has been retried 1 time(s): "
		missing  = "ResourceNotFoundException: Secrets Manager can't find the specified secret"
		deleted  = "InvalidRequestException: You can't perform this operation on the secret because it was marked for deletion."
		noPolicy = " because no resource-based policy allows the secretsmanager:GetSecretValue action"
		schema   = "fetching authorization data: unable to unmarshal secret value, invalid schema"
		fetching = "fetching secret from the service for "
	)
	w.instances(1)
	for secret, want := range map[string][]string{
		"text":             {schema},
		"list":             {schema},
		"number":           {schema},
		"binary":           {"fetching authorization data: empty secrets value"},
		"open":             {"fetching password: AuthorizationData is malformed, empty field"},
		"nameless":         {"fetching username: AuthorizationData is malformed, empty field"},
		"none":             {fetching + "none: ", missing + " value for staging label: AWSCURRENT"},
		"deleted":          {fetching + "deleted: ", deleted},
		"gone":             {fetching + "gone: ", missing + "."},
		secretARN + "gone": {fetching + secretARN + "gone: ", missing + "."},
		foreign: {
			fetching + foreign + ": ", "AccessDeniedException: " + role,
			" is not authorized to perform: secretsmanager:GetSecretValue on resource: " + foreign + noPolicy,
		},
	} {
		t.Run(secret, func(t *testing.T) {
			w := &world{t, w.srv, w.client}
			definition := w.registerPrivate("example.com/app", secret)
			task := w.ended(definition)
			got := aws.ToString(task.StoppedReason)
			w.inOrder(got, append([]string{fargate + "asm "}, want...))
			if task.StopCode != types.TaskStopCodeTaskFailedToStart || len(want) > 1 && !strings.Contains(got, want[0]+api) {
				t.Errorf("it stops as %s: %s", task.StopCode, got)
			}
			out, err := w.client.RunTask(t.Context(), &ecs.RunTaskInput{
				TaskDefinition: &definition, LaunchType: types.LaunchTypeEc2, NetworkConfiguration: network(),
			})
			w.must(err)
			id := *out.Tasks[0].TaskArn
			w.eventually("it ends on an instance", func() bool { return *w.task(id).LastStatus == "STOPPED" })
			w.inOrder(aws.ToString(w.task(id).StoppedReason), append([]string{"Asm "}, want...))
		})
	}
}

// inOrder checks that a text begins with the first of the parts, has the others in that order and ends with the last, and that
// it tells no password.
func (w *world) inOrder(text string, parts []string) {
	w.Helper()
	ok, rest := strings.HasPrefix(text, parts[0]) && strings.HasSuffix(text, parts[len(parts)-1]), text
	for _, part := range parts {
		_, after, found := strings.Cut(rest, part)
		ok, rest = ok && found, after
	}
	if !ok || strings.Contains(text, "hunter2") {
		w.Errorf("it is %s; want %q", text, parts)
	}
}
