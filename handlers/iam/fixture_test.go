package iam_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/iam"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) { os.Exit(promises.Main(m, iam.New(nil, nil).Service())) }

func TestTable(t *testing.T) {
	apitest.Table(t, iam.New(nil, nil).Service(), reflect.TypeFor[*sdk.Client](), reflect.TypeFor[*iam.API]())
}

func TestNamesOnTheWire(t *testing.T) {
	apitest.RoundTrip(t, iam.New(nil, nil).Service(), func(transport *http.Client) any {
		return sdk.New(sdk.Options{
			HTTPClient: transport, Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("test", "secret", ""),
		})
	})
}

// scene is a client of an API over an empty store.
type scene struct {
	*sdk.Client
	t     *testing.T
	store *state.Store
	now   time.Time
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s, err := state.Open(state.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	sc := &scene{t: t, store: s, now: time.Date(2026, 11, 20, 12, 0, 0, 7, time.UTC)}
	api := iam.New(s, func() time.Time { return sc.now })
	server := httptest.NewServer(api.Service().Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler), Observe: promises.Observe}))
	t.Cleanup(server.Close)
	sc.Client = sdk.New(sdk.Options{
		BaseEndpoint: &server.URL, Region: "us-east-1", Retryer: apitest.Retryer(),
		Credentials: credentials.NewStaticCredentialsProvider("test", "secret", ""),
	})
	return sc
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

const (
	trust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	reads = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]}`
)
