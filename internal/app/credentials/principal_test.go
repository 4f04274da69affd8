package credentials

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

type nothing struct{}

// An operation that is called from inside knows its caller as that of any client: the account, the
// region and the role. An upstream gets keys of the account.
func TestAnOperationIsCalledFromInsideAsAPrincipal(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	clk := clock.New(clock.Options{})
	defer clk.Close()
	issuer := &Issuer{Store: rows, Sessions: session.New(rows), Clock: clk, Log: slog.New(slog.DiscardHandler)}
	var call awsapi.Call
	here := awsapi.Service{Name: "zoo", ID: "Zoo", Protocol: awsapi.JSON{TargetPrefix: "Zoo"}, Operations: []awsapi.Operation{
		awsapi.Works("Feed", "", func(ctx context.Context, _ *nothing) (*nothing, error) {
			call = awsapi.FromContext(ctx)
			return &nothing{}, nil
		}),
		awsapi.Works("Sell", "", func(context.Context, *nothing) (*nothing, error) {
			return nil, &awsapi.Error{Code: "NotForSaleException", Message: "It is a lion.", Status: http.StatusConflict}
		}),
	}}.Handler(awsapi.Options{Caller: issuer.Caller, Logger: slog.New(slog.DiscardHandler)})
	scope := arn.Scope{Region: "eu-west-1", Account: "111122223333"}
	const role = "arn:aws:iam::111122223333:role/events"
	as, err := issuer.Role(scope, role, "rule")
	if err != nil {
		t.Fatal(err)
	}
	feed := apiclient.Operation{Service: "Zoo", Signed: "zoo", Target: "Zoo", Name: "Feed", Codec: wire.AsIs}
	client := apiclient.New(apiclient.Options{Endpoint: here, Host: "zoo"})
	if err := client.Do(t.Context(), as, feed, &nothing{}, &nothing{}); err != nil {
		t.Fatal(err)
	}
	if call.Scope() != scope || call.Caller.RoleARN != role || call.Principal() != "arn:aws:sts::111122223333:assumed-role/events/rule" {
		t.Errorf("a role is %+v", call)
	}
	if err := client.Do(t.Context(), as.In("us-west-2"), feed, &nothing{}, nil); err != nil || call.Region != "us-west-2" || call.Caller.RoleARN != role {
		t.Errorf("elsewhere it is %+v, %v", call, err)
	}
	if err := client.Do(t.Context(), apiclient.Root(scope), feed, &nothing{}, nil); err != nil || call.Scope() != scope || call.Principal() != "arn:aws:iam::111122223333:root" {
		t.Errorf("the root is %+v, %v", call, err)
	}
	upstream := apiclient.New(apiclient.Options{Endpoint: here, Host: "zoo", Foreign: func(service string) bool { return service == "zoo" }})
	if err := upstream.Do(t.Context(), as, feed, &nothing{}, nil); err != nil || call.Account != "111122223333" || call.Caller != (awsapi.Caller{}) {
		t.Errorf("at an upstream it is %+v, %v", call, err)
	}
	sell := feed
	sell.Name, sell.Errors = "Sell", []string{"NotForSaleException"}
	var refused *apiclient.Error
	if err := client.Do(t.Context(), as, sell, &nothing{}, nil); !errors.As(err, &refused) || refused.Code != "NotForSaleException" ||
		refused.Message != "It is a lion." || refused.Status != http.StatusConflict || !refused.Modelled || refused.RequestID == "" {
		t.Errorf("a refusal is %v", err)
	}
	if err := clk.Advance(t.Context(), sessionLife+time.Second); err != nil {
		t.Fatal(err)
	}
	if err := client.Do(t.Context(), as, feed, &nothing{}, nil); !errors.As(err, &refused) || refused.Code != "ExpiredTokenException" {
		t.Errorf("keys that have expired: %v", err)
	}
}
