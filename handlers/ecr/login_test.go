//lint:file-ignore SA1019 AWS has deprecated RegistryIds; older clients send it still

package ecr_test

import (
	"encoding/base64"
	"reflect"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecr"
	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/sts"
	oursdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
)

// ECR-12.
func TestLogins(t *testing.T) {
	s := newScene(t)
	data := ok(s, s.GetAuthorizationToken, &sdk.GetAuthorizationTokenInput{}).AuthorizationData
	if len(data) != 1 || *data[0].ProxyEndpoint != "http://127.0.0.1:4577" || !data[0].ExpiresAt.Equal(s.Now.Add(12*time.Hour)) {
		t.Fatalf("%+v", data)
	}
	text, err := base64.StdEncoding.DecodeString(*data[0].AuthorizationToken)
	user, password, _ := strings.Cut(string(text), ":")
	if err != nil || user != "AWS" {
		t.Fatalf("%s, %v", text, err)
	}
	login, err := rows.NewLogins(s.Store).Open(password)
	if err != nil || login.Scope() != home || !login.ExpiresAt().Equal(s.Now.Add(12*time.Hour)) {
		t.Errorf("%+v, %v", login, err)
	}
	if two := ok(s, s.GetAuthorizationToken, &sdk.GetAuthorizationTokenInput{RegistryIds: []string{home.Account, "210987654321"}}); len(two.AuthorizationData) != 2 {
		t.Errorf("%+v", two)
	}
	if strings.Contains(s.Log.String(), password) {
		t.Error("the log has a password")
	}
}

// A login is of the session whose keys asked for it, with its policies.
func TestLoginsOfSessions(t *testing.T) {
	s := newScene(t)
	session := sts.Session{Account: home.Account, RoleARN: "arn:aws:iam::123456789012:role/ci", Name: "1", Policy: `{"Statement":[]}`, PolicyARNs: []string{"p"}, IssuedAt: 5}
	long := session
	long.Padding = strings.Repeat("x", 9000)
	ctx := awsapi.NewContext(t.Context(), awsapi.Call{Region: home.Region, Account: home.Account, Caller: awsapi.Caller{ARN: session.ARN(), Session: &long}})
	out, err := ecr.New(ecr.Options{Store: s.Store, Now: s.Clock, Wall: func(t time.Time) time.Time { return t }, Logins: rows.NewLogins(s.Store), Naming: naming(false)}).
		GetAuthorizationToken(ctx, &oursdk.GetAuthorizationTokenInput{})
	if err != nil {
		t.Fatal(err)
	}
	text, _ := base64.StdEncoding.DecodeString(*out.AuthorizationData[0].AuthorizationToken)
	login, err := rows.NewLogins(s.Store).Open(strings.TrimPrefix(string(text), "AWS:"))
	if err != nil || login.Session == nil || !reflect.DeepEqual(*login.Session, session) {
		t.Errorf("%+v, %v", login, err)
	}
}
