package terraform

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/internal/base/testall"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/leastpolicy"
)

// leastEnv set to 1 has each test run a second time, as a user who may do no more than the first run has needed.
const leastEnv = "ECS_EMULATOR_TEST_TERRAFORM_LEAST"

// caller is who runs Terraform, on an emulator that enforces policies: the root user, or a user with the least policy.
type caller struct{ least *leastpolicy.Least }

// asRoot runs a test as the root user, and where [leastEnv] says so as [asRootAndUser].
func asRoot(t *testing.T, run func(*testing.T, *caller)) {
	t.Helper()
	asCallers(t, os.Getenv(leastEnv) == "1", run)
}

// asRootAndUser runs a test as the root user, and then as a user who has the policy from the log of that run.
func asRootAndUser(t *testing.T, run func(*testing.T, *caller)) {
	t.Helper()
	asCallers(t, true, run)
}

func asCallers(t *testing.T, again bool, run func(*testing.T, *caller)) {
	t.Helper()
	testall.Only(t, "tests of Terraform")
	requireTerraform(t)
	by := &caller{}
	if t.Run("root", func(t *testing.T) { run(t, by) }) && again {
		t.Run("user", func(t *testing.T) { run(t, by) })
	}
}

// account is an emulator on which Terraform acts as a caller.
type account struct {
	*emulator.Server
	keys  aws.CredentialsProvider // of the caller
	tests aws.Config
}

// Config is for the test's own clients. They act as another user, for whose calls the caller needs no policy.
func (a account) Config() aws.Config { return a.tests }

// start starts an emulator. At the end of the test it is known which policy the root user would have needed, or whether the
// user has needed all of its own.
func (by *caller) start(t *testing.T, opts ...emulator.Options) account {
	t.Helper()
	var o emulator.Options
	if len(opts) > 0 {
		o = opts[0]
	}
	o.IAM, o.InitDir = emulator.AccessEnforce, folderOfUsers(t)
	srv := emulator.Start(t, o)
	a := account{srv, srv.Config().Credentials, srv.As(testsARN)}
	if by.least != nil {
		a.keys = makeUser(t, iam.NewFromConfig(a.Config()), by.least.Document)
		t.Cleanup(func() { neededAll(t, a, by.least.Document) })
		return a
	}
	began := srv.Clock().Now()
	t.Cleanup(func() {
		if !t.Failed() {
			by.least = policyFromLog(t, a, began)
		}
	})
	return a
}

// folderOfUsers has the user as whom the clients of tests act.
func folderOfUsers(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	err := os.Mkdir(filepath.Join(dir, "users"), 0o700)
	if err == nil {
		const tests = `{"UserName": "tests", "Path": "` + callersPath + `", "AttachedPolicies": ["arn:aws:iam::aws:policy/AdministratorAccess"]}`
		err = os.WriteFile(filepath.Join(dir, "users", "tests.json"), []byte(tests), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// policyFromLog is what ecs-emulator policy-from-log prints for the root user.
func policyFromLog(t *testing.T, a account, since time.Time) *leastpolicy.Least {
	t.Helper()
	query := url.Values{"principal": {"arn:aws:iam::000000000000:root"}, "since": {since.Format(time.RFC3339Nano)}}
	answer, err := http.Get(a.URL() + "/_emulator/access/policy?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	least := new(leastpolicy.Least)
	if err := json.NewDecoder(answer.Body).Decode(least); err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("policy-from-log: %s, %v", answer.Status, err)
	}
	return least
}

// neededAll checks that the user was denied nothing, and that its policy alone has allowed it each of the actions there: without
// one, it would have been denied that.
func neededAll(t *testing.T, a account, policy leastpolicy.Document) {
	t.Helper()
	needed := map[string]bool{}
	for _, d := range a.Access(emulator.AccessFilter{Principal: userARN}) {
		needed[d.Action] = needed[d.Action] || d.Layer == "identity"
		if !d.Allowed {
			t.Errorf("the user may not %s on %s %s", d.Action, d.Resource, d.Reason)
		}
	}
	for _, s := range policy.Statement {
		if more := slices.DeleteFunc(slices.Clone(s.Action), func(action string) bool { return needed[action] }); len(more) > 0 {
			t.Errorf("the user does not need %q on %q", more, s.Resource)
		}
	}
}
