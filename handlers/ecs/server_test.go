package ecs_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/smithy-go"
	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/engineroom"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) { os.Exit(promises.Main(m, ecs.New(ecs.Options{}).Service())) }

// server is a control plane without controllers: what handlers write stays as it is.
type server struct {
	*sdk.Client
	url      string
	store    *store.Store
	sessions *ssmsession.Kernel
	engines  engineroom.Board
}

// account and region of the server's client.
const (
	testAccount = "123456789012"
	testRegion  = "eu-west-1"
)

var testScope = arn.Scope{Region: testRegion, Account: testAccount}

// ours is a value of the SDK as the handlers have it.
func ours[T any](v any) *T {
	made := new(T)
	if err := wire.Unmarshal(wire.Marshal(v), made); err != nil {
		panic(err)
	}
	return made
}

func newServer(t testing.TB) *server {
	t.Helper()
	return startServer(t, promises.Observe)
}

func startServer(t testing.TB, observe func(service, operation string, status int, d time.Duration)) *server {
	t.Helper()
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	sessions := ssmsession.New(ssmsession.Options{Clock: clock.New(clock.Options{}), Exec: func(context.Context, string, string, backend.ExecSpec) (backend.Session, error) {
		return program{}, nil
	}})
	t.Cleanup(func() { sessions.Close("") })
	srv := &server{store: rows, sessions: sessions}
	api := ecs.New(ecs.Options{Base: kit.Base{Store: rows, Now: time.Now, Engines: &srv.engines}, Sessions: sessions})
	s := httptest.NewServer(api.Service().Handler(awsapi.Options{
		Logger: slog.New(slog.DiscardHandler), Observe: observe,
	}))
	t.Cleanup(s.Close)
	srv.Client, srv.url = clientOf(s.URL, testRegion, testAccount), s.URL
	return srv
}

// program runs in a session of ECS Exec.
type program struct{ backend.Session }

func (program) Close() error { return nil }

// clientOf is an unmodified SDK client. An access key id of 12 digits is the account.
func clientOf(url, region, account string) *sdk.Client {
	return sdk.New(sdk.Options{
		BaseEndpoint: &url, Region: region, Retryer: apitest.Retryer(), HTTPClient: apitest.HTTPClient(),
		Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
	})
}

// update writes what a controller would have written.
func (s *server) update(t testing.TB, write func(tx *store.Tx)) {
	t.Helper()
	err := s.store.Update(func(tx *store.Tx) error {
		write(tx)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// must returns the answer of a call that has to succeed.
func must[O any](t testing.TB) func(out O, err error) O {
	return func(out O, err error) O {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
}

// refused checks the exception and the words of a refusal.
func refused(t testing.TB, err error, code, message string) {
	t.Helper()
	var api smithy.APIError
	if !errors.As(err, &api) {
		t.Errorf("got %v, want %s: %s", err, code, message)
		return
	}
	if api.ErrorCode() != code || api.ErrorMessage() != message {
		t.Errorf("got  %s: %s\nwant %s: %s", api.ErrorCode(), api.ErrorMessage(), code, message)
	}
}

// send posts a body as it is, for what the SDK's client would never send.
func (s *server) send(t testing.TB, operation, body string) (status int, answer string) {
	t.Helper()
	r := httptest.NewRequest("POST", s.url, strings.NewReader(body))
	r.RequestURI = ""
	r.Header.Set("X-Amz-Target", ecs.TargetPrefix+"."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

var ctx = context.Background()

// tag makes tags of keys and values in turn.
func tag(keysAndValues ...string) []types.Tag {
	var tags []types.Tag
	for pair := range slices.Chunk(keysAndValues, 2) {
		tags = append(tags, types.Tag{Key: aws.String(pair[0]), Value: aws.String(pair[1])})
	}
	return tags
}
