package caller_test

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2"
	"github.com/ecs-emulator/ecs-emulator/handlers/secretsmanager"
	"github.com/ecs-emulator/ecs-emulator/handlers/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/app/credentials"
	"github.com/ecs-emulator/ecs-emulator/internal/app/serviceclient"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/caller"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

var scope = arn.Scope{Account: "123456789012", Region: "eu-west-1"}

const stackID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1"

// world is some services, and who has called them.
type world struct {
	*caller.Caller
	issuer *credentials.Issuer
	// asked are the callers of calls, with what they called. Who is in denied may do nothing.
	asked  []string
	denied string
	// expected are the codes of refusals, and whether the caller expects them.
	expected map[string]bool
}

func start(t *testing.T) *world {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	clk := clock.New(clock.Options{})
	t.Cleanup(func() {
		clk.Close()
		rows.Close()
	})
	w := &world{issuer: &credentials.Issuer{Store: rows, Sessions: sts.New(rows), Clock: clk, Log: slog.New(slog.DiscardHandler), Strict: true}}
	services := []awsapi.Service{
		ec2.New(ec2.Options{Store: rows, Now: time.Now}).Service(), ssm.New(ssm.Options{Store: rows, Now: time.Now}).Service(),
		secretsmanager.New(secretsmanager.Options{Store: rows, Now: time.Now}).Service(),
	}
	endpoints := map[string]http.Handler{}
	for _, s := range services {
		endpoints[s.Name] = s.Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler), Caller: w.issuer.Caller, Authorize: w.authorize, Expects: w.expects})
	}
	client := apiclient.New(apiclient.Options{
		Host: "localhost", Services: serviceclient.Find(services), Endpoint: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			signed, _, _ := awsapi.ScopeOf(r)
			endpoints[signed.Service].ServeHTTP(rw, r)
		}),
	})
	w.Caller = &caller.Caller{Client: client, Role: w.issuer.Role, Forward: w.issuer.Forward}
	return w
}

func (w *world) authorize(_ context.Context, call *awsapi.Call, wants []awsapi.Access) error {
	said := call.Principal() + " " + call.Operation + " in " + call.Region
	if !slices.Contains(w.asked, said) {
		w.asked = append(w.asked, said)
	}
	if call.Principal() == w.denied {
		return &awsapi.Denied{Principal: call.Principal(), Action: wants[0].Action, Resource: "*"}
	}
	return nil
}

func (w *world) expects(ctx context.Context, code string) bool {
	does := apiclient.Expects(ctx, code)
	if w.expected != nil {
		w.expected[code] = does
	}
	return does
}

// put writes rows of IAM.
func (w *world) put(t *testing.T, fn func(tx *store.Tx)) {
	t.Helper()
	if err := w.issuer.Store.Update(func(tx *store.Tx) error {
		fn(tx)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// do calls an operation as the root of the account, with no stack.
func (w *world) do(t *testing.T, service, operation string, in, out any) {
	t.Helper()
	if err := w.Client.Do(t.Context(), apiclient.Root(scope), apiclient.Of(service, operation), in, out); err != nil {
		t.Fatal(err)
	}
}

var account = iam.Account{Partition: "aws", ID: scope.Account}
