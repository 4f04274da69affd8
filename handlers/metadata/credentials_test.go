package metadata_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/handlers/metadata"
)

func TestCredentialsAreAnsweredAsByTheContainerAgent(t *testing.T) {
	expires := time.Date(2031, 11, 20, 12, 33, 40, 0, time.UTC)
	h := metadata.Credentials(func(_ context.Context, id string, from netip.Addr) (*metadata.RoleCredentials, error) {
		switch {
		case id == "later":
			return nil, metadata.ErrCredentialsLater
		case id == "broken":
			return nil, errors.New("disk on fire")
		case id != "7f3a" || from != netip.MustParseAddr("10.0.0.5"):
			return nil, metadata.ErrNoCredentials
		}
		return &metadata.RoleCredentials{RoleArn: "arn:aws:iam::123456789012:role/t", AccessKeyId: "ASIA", SecretAccessKey: "s", Token: "t", Expiration: expires}, nil
	})
	const keys = `{"RoleArn":"arn:aws:iam::123456789012:role/t","AccessKeyId":"ASIA","SecretAccessKey":"s","Token":"t","Expiration":"2031-11-20T12:33:40Z"}`
	for _, test := range []struct {
		path, from string
		status     int
		body       string
	}{
		{"/v2/credentials/7f3a", "10.0.0.5:40000", 200, keys},
		{"/v1/credentials?id=7f3a", "10.0.0.5:40000", 200, keys},
		{"/v2/credentials/7f3a", "[::ffff:10.0.0.5]:40000", 200, keys},
		{"/v2/credentials/7f3a", "10.0.0.6:40000", 400, `{"code":"InvalidIdInRequest","message":"CredentialsV2Request: Credentials not found","HTTPErrorCode":400}`},
		{"/v2/credentials/7f3a", "pipe", 400, `{"code":"InvalidIdInRequest","message":"CredentialsV2Request: Credentials not found","HTTPErrorCode":400}`},
		{"/v1/credentials?id=other", "10.0.0.5:40000", 400, `{"code":"InvalidIdInRequest","message":"CredentialsV1Request: Credentials not found","HTTPErrorCode":400}`},
		{"/v2/credentials/", "10.0.0.5:40000", 400, `{"code":"NoIdInRequest","message":"CredentialsV2Request: No Credential ID in the request","HTTPErrorCode":400}`},
		{"/v2/credentials?id=7f3a", "10.0.0.5:40000", 400, `{"code":"NoIdInRequest","message":"CredentialsV2Request: No Credential ID in the request","HTTPErrorCode":400}`},
		{"/v1/credentials", "10.0.0.5:40000", 400, `{"code":"NoIdInRequest","message":"CredentialsV1Request: No Credential ID in the request","HTTPErrorCode":400}`},
		{"/v2/credentials/later", "10.0.0.5:40000", 503, `{"code":"CredentialsUninitialized","message":"CredentialsV2Request: Credentials uninitialized for ID","HTTPErrorCode":503}`},
		{"/v2/credentials/broken", "10.0.0.5:40000", 500, `{"code":"InternalServerError","message":"Internal server error","HTTPErrorCode":500}`},
	} {
		r := httptest.NewRequest(http.MethodGet, test.path, nil)
		r.RemoteAddr = test.from
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != test.status || w.Body.String() != test.body || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("%s from %s: got %d %s", test.path, test.from, w.Code, w.Body)
		}
	}
}
