//lint:file-ignore SA1019 AWS has deprecated RegistryIds; older clients send it still

package ecr_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"

	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
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
