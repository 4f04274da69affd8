package sts_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	client "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	session "github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// promises holds the operations that some test called with success.
var promises apitest.Promises

func TestMain(m *testing.M) { os.Exit(promises.Main(m, sts.New(sts.Options{}).Service())) }

func TestTable(t *testing.T) {
	apitest.Table(t, sts.New(sts.Options{}).Service(), reflect.TypeFor[*client.Client](), reflect.TypeFor[*sts.API]())
}

func TestNamesOnTheWire(t *testing.T) {
	apitest.RoundTrip(t, sts.New(sts.Options{}).Service(), func(transport *http.Client) any {
		return client.New(client.Options{
			HTTPClient: transport, Region: "eu-west-1", Credentials: credentials.NewStaticCredentialsProvider("test", "secret", ""),
		})
	})
}

// now is the emulator's time, which is a day ahead of that of clients.
var now = time.Date(2031, 5, 1, 12, 0, 0, 0, time.UTC)

const ahead = 24 * time.Hour

// fixture is an STS whose keys it knows.
type fixture struct {
	*testing.T
	url      string
	store    *store.Store
	sessions *session.Keys
	// allows has what identity policies allow, by the ARN of a user or role: statements.
	allows map[string]string
	logs   bool // what is denied is let through
	denied []error
}

func start(t *testing.T, strict bool) *fixture {
	t.Helper()
	return startWith(t, sts.Options{StrictRoles: strict}, false)
}

// startWith makes an STS with options; checked says that policies decide.
func startWith(t *testing.T, options sts.Options, checked bool) *fixture {
	t.Helper()
	f := &fixture{T: t, allows: map[string]string{}}
	var err error
	if f.store, err = state.Open(store.Options{}); err != nil {
		t.Fatal(err)
	}
	f.sessions = session.New(f.store)
	var authorize awsapi.Authorizer
	if checked {
		authorize = apitest.Each(f.decide)
	}
	api := sts.New(sts.Options{
		Store: f.store, Sessions: f.sessions, StrictRoles: options.StrictRoles, Enforce: options.Enforce, Refuse: options.Refuse, Now: func() time.Time { return now },
		Wall: func(t time.Time) time.Time { return t.Add(-ahead) },
		RoleID: func(role string) string {
			id, _ := iam.IDOfRole(f.store.Read(), role)
			return id
		},
	})
	server := httptest.NewServer(api.Service().Handler(awsapi.Options{
		Logger: slog.New(slog.DiscardHandler), Observe: promises.Observe, Caller: f.caller, Authorize: authorize,
	}))
	t.Cleanup(server.Close)
	f.url = server.URL
	return f
}

// userKey is the access key of a user, alice, and foreignKey the one of bob, who is of another account.
const (
	userKey    = "AKIAALICE"
	foreignKey = "AKIABOB"
	rootKey    = "AKIAROOT" // of the root user of alice's account
)

var bob = awsapi.Caller{Account: "999999999999", ARN: "arn:aws:iam::999999999999:user/bob", UserID: "AIDABOB", LongLived: true}

var alice = awsapi.Caller{Account: "123456789012", ARN: "arn:aws:iam::123456789012:user/alice", UserID: "AIDAALICE", LongLived: true}

func (f *fixture) caller(signed awsapi.Scope, token string) (awsapi.Caller, bool, error) {
	switch signed.AccessKeyID {
	case userKey:
		return alice, true, nil
	case foreignKey:
		return bob, true, nil
	case rootKey:
		return awsapi.Caller{Account: alice.Account, LongLived: true}, true, nil
	}
	s, ours, err := f.sessions.Open(signed.AccessKeyID, token)
	if err != nil {
		return awsapi.Caller{}, ours, awsapi.ErrTokenInvalid
	}
	c := awsapi.Caller{Account: s.Account, ARN: s.ARN(), UserID: s.UserID(), RoleARN: s.RoleARN, Session: &s}
	if s.OfUser == alice.UserID && s.FederatedName == "" {
		c.ARN, c.UserID = alice.ARN, alice.UserID
	}
	return c, ours, nil
}

func (f *fixture) as(key, secret, token string) *client.Client {
	return client.New(client.Options{
		Region: "eu-west-1", BaseEndpoint: &f.url, Retryer: aws.NopRetryer{}, HTTPClient: plainBodies{},
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, token),
	})
}

// plainBodies sends the bodies of requests without their WriteTo. The SDK's own client loses a long answer of a server that is as near as
// this one: it closes the body once the answer has begun, of which net/http, which may just look for its end, takes a failure.
type plainBodies struct{}

// Do implements client.HTTPClient.
func (plainBodies) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		plain := *r
		plain.Body = struct{ io.ReadCloser }{r.Body}
		r = &plain
	}
	return http.DefaultClient.Do(r)
}

// with uses keys of an answer.
func (f *fixture) with(c *types.Credentials) *client.Client {
	return f.as(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
}

// role makes a role in the account 123456789012.
func (f *fixture) role(name, path, trust string, longest int32) string {
	f.Helper()
	r := &iam.Role{
		Account: iam.Account{Partition: "aws", ID: "123456789012"}, Name: name, ID: "AROAEXAMPLE" + strings.ToUpper(name), Path: path,
		TrustPolicy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + trust + `}]}`, MaxSessionDuration: longest,
	}
	if err := f.store.Update(func(tx *store.Tx) error { iam.Roles.Put(tx, r); return nil }); err != nil {
		f.Fatal(err)
	}
	return r.ARN()
}

// refused checks an error of the API.
func refused(t *testing.T, err error, status int, code, message string) {
	t.Helper()
	var api smithy.APIError
	var answer interface{ HTTPStatusCode() int }
	if !errors.As(err, &api) || api.ErrorCode() != code || api.ErrorMessage() != message {
		t.Errorf("got %v, want %s: %s", err, code, message)
	} else if !errors.As(err, &answer) || answer.HTTPStatusCode() != status {
		t.Errorf("%s: want status %d: %v", code, status, err)
	}
}

func TestCallerIsTheRootOfTheAccount(t *testing.T) {
	f := start(t, false)
	for key, account := range map[string]string{"123456789012": "123456789012", "AKIAEXAMPLE": "000000000000"} {
		out, err := f.as(key, "secret", "").GetCallerIdentity(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if *out.Account != account || *out.UserId != account || *out.Arn != "arn:aws:iam::"+account+":root" {
			t.Errorf("%s is %s, %s, %s", key, *out.Account, *out.UserId, *out.Arn)
		}
	}
}
