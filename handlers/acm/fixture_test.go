package acm_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/acm"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) {
	os.Exit(promises.Main(m, acm.New(acm.Options{}).Service()))
}

func TestTable(t *testing.T) {
	apitest.Table(t, acm.New(acm.Options{}).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*acm.API]())
}

// scene is a client of an API over an empty store.
type scene struct {
	*sdk.Client
	t     *testing.T
	store *state.Store
	now   time.Time
	ahead time.Duration       // of the clocks of clients
	users map[string][]string // of certificates
	log   *bytes.Buffer       // of the requests
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s, err := state.Open(state.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	sc := &scene{t: t, store: s, now: time.Date(2026, 11, 20, 12, 0, 0, 7e6, time.UTC), users: map[string][]string{}, log: new(bytes.Buffer)}
	api := acm.New(acm.Options{
		Store: s, Now: func() time.Time { return sc.now }, Wall: func(t time.Time) time.Time { return t.Add(sc.ahead) },
		InUse: func(_ *state.Tx, certificateARN string) []string { return sc.users[certificateARN] },
	})
	server := httptest.NewServer(api.Service().Handler(awsapi.Options{Logger: slog.New(slog.NewTextHandler(sc.log, nil)), Observe: promises.Observe}))
	t.Cleanup(server.Close)
	sc.Client = sc.client(server.URL, "eu-west-1", "123456789012")
	t.Cleanup(func() {
		if strings.Contains(sc.log.String(), "PRIVATE KEY") {
			t.Error("a private key is in the log")
		}
	})
	return sc
}

func (s *scene) client(url, region, account string) *sdk.Client {
	return sdk.New(sdk.Options{
		BaseEndpoint: &url, Region: region, Retryer: apitest.Retryer(),
		Credentials: credentials.NewStaticCredentialsProvider(account, "secret", ""),
	})
}

type operation[I, O any] func(context.Context, *I, ...func(*sdk.Options)) (*O, error)

// ok returns the answer of a call that must succeed.
func ok[I, O any](s *scene, call operation[I, O], in *I) *O {
	s.t.Helper()
	out, err := call(s.t.Context(), in)
	if err != nil {
		s.t.Fatalf("%T: %v", in, err)
	}
	return out
}

// refused checks code and text of a call that must fail.
func refused[I, O any](s *scene, call operation[I, O], in *I, code, text string) {
	s.t.Helper()
	_, err := call(s.t.Context(), in)
	var answer smithy.APIError
	if !errors.As(err, &answer) || answer.ErrorCode() != code || answer.ErrorMessage() != text {
		s.t.Errorf("%T answers\n%v, want\n%s: %s", in, err, code, text)
	}
}
