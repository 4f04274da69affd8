package acm_test

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/acm"

	"github.com/ecs-emulator/ecs-emulator/handlers/acm"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
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
	*apitest.Scene
	*sdk.Client
	ahead time.Duration       // of the clocks of clients
	users map[string][]string // of certificates
}

func newScene(t *testing.T) *scene {
	t.Helper()
	s := &scene{Scene: apitest.NewScene(t, ireland), users: map[string][]string{}}
	api := acm.New(acm.Options{
		Store: s.Store, Now: s.Clock, Wall: func(t time.Time) time.Time { return t.Add(s.ahead) },
		InUse: func(_ *store.Tx, certificateARN string) []string { return s.users[certificateARN] },
	})
	s.Client = sdk.NewFromConfig(s.Serve(api.Service(), &promises))
	t.Cleanup(func() {
		if strings.Contains(s.Log.String(), "PRIVATE KEY") {
			t.Error("a private key is in the log")
		}
	})
	return s
}

func ok[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In) *Out {
	s.T.Helper()
	return apitest.OK(s.T, call, in)
}

func refused[In, Out any](s *scene, call apitest.Operation[In, Out, sdk.Options], in *In, code, text string) {
	s.T.Helper()
	apitest.Refused(s.T, call, in, code, text)
}
