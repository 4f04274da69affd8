package emulator_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ecs-emulator/ecs-emulator/emulator"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest/anyrequest"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/constraint"
	"github.com/ecs-emulator/ecs-emulator/internal/app/reference"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// seenFile has what TestEachOperationIsDeniedAndAllowed sees; the pages of docs/reference show it.
const seenFile = "../testdata/access-seen.txt"

// unseen are operations of which users see only one side, and why.
var unseen = map[string]string{
	"sts GetCallerIdentity":         "each caller may",
	"sts GetSessionToken":           "each caller may",
	"sts AssumeRoleWithWebIdentity": "the trust policy of the role decides alone, for callers without keys",
}

// TestEachOperationIsDeniedAndAllowed calls each operation, built or not, as three users. One without a policy is denied and
// changes nothing, nor does one that may do everything but with the resource that the call asks for first. One that may do
// exactly what the call asks for is not denied: it gets the operation's answer, which may be that something is not there.
func TestEachOperationIsDeniedAndAllowed(t *testing.T) {
	t.Parallel()
	requests := newRequests(t)
	seen := reference.Seen{}
	synctest.Test(t, func(t *testing.T) {
		w := newWatcher(t)
		for _, s := range requests.services {
			for _, o := range s.Operations {
				if o.Input == nil { // it answers before it reads a request
					continue
				}
				name := s.Name + " " + o.Name
				denied, allowed := w.watch(s, o, requests.of(t, s, o))
				if both := denied && allowed; both == (unseen[name] != "") {
					t.Errorf("%s: seen denied: %t, seen allowed: %t", name, denied, allowed)
				}
				seen.Add(name, denied, allowed)
			}
		}
	})
	holdFile(t, seenFile, seen.Text())
}

// watcher calls operations as users.
type watcher struct {
	*world
	client *iam.Client
	keys   map[string]aws.Credentials // of users
}

func newWatcher(t *testing.T) *watcher {
	t.Helper()
	w := &watcher{world: start(t, emulator.Options{IAM: emulator.AccessEnforce, InProcess: true, Region: "eu-west-1", Account: "123456789012"})}
	w.client, w.keys = iam.NewFromConfig(w.srv.Config()), map[string]aws.Credentials{}
	for _, user := range []string{"without", "elsewhere", "exact"} {
		_, err := w.client.CreateUser(t.Context(), &iam.CreateUserInput{UserName: &user})
		w.ok(err)
		made, err := w.client.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: &user})
		w.ok(err)
		w.keys[user] = aws.Credentials{AccessKeyID: *made.AccessKey.AccessKeyId, SecretAccessKey: *made.AccessKey.SecretAccessKey}
	}
	_, err := w.client.CreateRole(t.Context(), &iam.CreateRoleInput{
		RoleName: aws.String("app"), AssumeRolePolicyDocument: aws.String(strings.Replace(anyone, `"*"`, `"123456789012"`, 1)),
	})
	w.ok(err)
	return w
}

// grant gives a user a policy.
func (w *watcher) grant(user string, statements ...statement) {
	w.Helper()
	document, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": statements})
	w.ok(err)
	_, err = w.client.PutUserPolicy(w.Context(), &iam.PutUserPolicyInput{UserName: &user, PolicyName: aws.String("own"), PolicyDocument: aws.String(string(document))})
	if err != nil {
		w.Errorf("%s: %v", document, err)
	}
}

type statement struct {
	Effect, Action        string
	Resource, NotResource string `json:",omitempty"`
}

// watch reports whether each of some requests was seen denied, and allowed.
func (w *watcher) watch(s awsapi.Service, o awsapi.Operation, inputs []any) (denied, allowed bool) {
	w.Helper()
	denied, allowed = len(inputs) > 0, len(inputs) > 0
	for _, in := range inputs {
		d, a := w.watchOne(s, o, in)
		denied, allowed = denied && d, allowed && a
	}
	return denied, allowed
}

func (w *watcher) watchOne(s awsapi.Service, o awsapi.Operation, in any) (denied, allowed bool) {
	w.Helper()
	first := w.denied("without", s, o, in)
	if first == nil {
		return false, s.AccessShape(o).Free
	}
	other := statement{Effect: "Allow", Action: "*", NotResource: first.Resource}
	if !strings.HasPrefix(first.Resource, "arn:") {
		other = statement{Effect: "Allow", Action: "*", Resource: "arn:aws:sqs:eu-west-1:123456789012:other"}
	}
	w.grant("elsewhere", other)
	denied = w.denied("elsewhere", s, o, in) != nil

	var exact []statement
	for want := first; want != nil; want = w.denied("exact", s, o, in) {
		one := statement{Effect: "Allow", Action: want.Action, Resource: want.Resource}
		if !strings.HasPrefix(want.Resource, "arn:") { // no policy has it, as the request names it by no ARN
			one.Resource = "*"
		}
		if slices.Contains(exact, one) {
			return denied, false
		}
		exact = append(exact, one)
		w.grant("exact", exact...)
	}
	return denied, true
}

// denied calls an operation as a user and returns what it is denied, nil if it is not. A denied call changes nothing.
func (w *watcher) denied(user string, s awsapi.Service, o awsapi.Operation, in any) *emulator.Decision {
	w.Helper()
	synctest.Wait()
	changed := w.srv.StoreChanged()
	status, answer := w.answer(user, s, o, in)
	synctest.Wait()
	if status == http.StatusInternalServerError {
		w.Errorf("%s of %s answers %s", o.Name, s.Title, answer)
	}
	if status != http.StatusBadRequest && status != http.StatusForbidden || !strings.Contains(answer, "is not authorized to perform: ") {
		return nil
	}
	select {
	case <-changed:
		w.Errorf("%s of %s is denied and changes something", o.Name, s.Title)
	default:
	}
	all := w.srv.Access(emulator.AccessFilter{Principal: "arn:aws:iam::123456789012:user/" + user, Denied: true})
	return &all[len(all)-1]
}

// answer is what an operation answers a user.
func (w *watcher) answer(user string, s awsapi.Service, o awsapi.Operation, in any) (status int, text string) {
	w.Helper()
	r, body := anyrequest.New(w.T, w.srv.URL(), s, o.Name, in)
	sum := sha256.Sum256(body)
	w.ok(v4.NewSigner().SignHTTP(w.Context(), w.keys[user], r, hex.EncodeToString(sum[:]), s.Name, "eu-west-1", time.Now()))
	got, err := w.srv.Config().HTTPClient.Do(r)
	w.ok(err)
	defer got.Body.Close()
	all, err := io.ReadAll(got.Body)
	w.ok(err)
	return got.StatusCode, string(all)
}

// requests are what the test sends.
type requests struct {
	services []awsapi.Service
	ecs      map[string][]string // operation: bodies
}

// ofAnother is in requests for resources of another account, which policies of users alone do not allow (AC31).
const ofAnother = ":444455556666:"

func newRequests(t *testing.T) *requests {
	t.Helper()
	text, err := os.ReadFile("../handlers/ecs/testdata/access.txt")
	if err != nil {
		t.Fatal(err)
	}
	r := &requests{services: emulator.Services(), ecs: map[string][]string{}}
	for line := range strings.Lines(string(text)) {
		operation, body, found := strings.Cut(strings.TrimSpace(line), " {")
		if found && line[0] != ' ' && !strings.Contains(body, ofAnother) {
			r.ecs[operation] = append(r.ecs[operation], "{"+body)
		}
	}
	return r
}

// of are the inputs of an operation: of ECS those with which its rows are tested, of other services what their models demand.
func (r *requests) of(t *testing.T, s awsapi.Service, o awsapi.Operation) (inputs []any) {
	t.Helper()
	if s.Name != "ecs" {
		return []any{anyrequest.Input(s, o, modelOf(t, s))}
	}
	for _, body := range r.ecs[o.Name] {
		in := reflect.New(o.Input).Interface()
		if err := wire.LowerCamel.Unmarshal([]byte(body), in); err != nil {
			t.Fatal(err)
		}
		inputs = append(inputs, in)
	}
	return inputs
}

// modelOf is what the model of a service demands, of those that have one.
func modelOf(t *testing.T, s awsapi.Service) (table constraint.Table) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "handlers", strings.ToLower(strings.ReplaceAll(s.ID, " ", "")), "model.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return table
	}
	if err == nil {
		err = json.Unmarshal(text, &table)
	}
	if err != nil {
		t.Fatal(err)
	}
	return table
}
