package ssmsession_test

import (
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

func TestStreamURL(t *testing.T) {
	const path = "/v1/data-channel/root-1?role=publish_subscribe"
	for _, c := range []struct {
		public, host string
		secure       bool
		want         string
	}{
		{"", "127.0.0.1:4577", false, "ws://127.0.0.1:4577" + path},
		{"", "[::1]:4577", false, "ws://[::1]:4577" + path},
		{"", "ecs-emulator:4577", false, "ws://ecs-emulator:4577" + path},
		{"", "ecs.example", true, "wss://ecs.example" + path},
		{"https://ecs.example.com", "127.0.0.1:4577", false, "wss://ecs.example.com" + path},
		{"http://ecs.example.com:8080/", "127.0.0.1:4577", true, "ws://ecs.example.com:8080" + path},
		{"http://[::1]:65535", "127.0.0.1:4577", false, "ws://[::1]:65535" + path},
	} {
		if err := ssmsession.CheckPublicURL(c.public); err != nil {
			t.Error(err)
		}
		k := ssmsession.New(ssmsession.Options{PublicURL: c.public})
		if got := k.StreamURL(c.host, c.secure, "root-1"); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	for _, text := range []string{"ecs.example.com", "ws://ecs.example.com", "https://", "https://:80", "https://a/b", "https://a?b", "https://a#b", "https://me@a", "http://a b", ":",
		"http://:4577", "http://a:0", "http://a:65536", "http://a:99999999999999999999", "http://a:", "http://[::1]:0"} {
		if ssmsession.CheckPublicURL(text) == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if got := ssmsession.PublicHost("https://ecs.example.com:8443"); got != "ecs.example.com" {
		t.Errorf("the host is %q", got)
	}
}
