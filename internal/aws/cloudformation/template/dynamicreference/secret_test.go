package dynamicreference_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template/dynamicreference"
)

// TestSecrets are printed as a mask, by all that prints, wherever they stand.
func TestSecrets(t *testing.T) {
	t.Parallel()
	const text = "hunter2"
	secret := dynamicreference.NewSecret(text)
	if secret.Reveal() != text || (dynamicreference.Secret{}).Reveal() != "" {
		t.Errorf("%q", secret.Reveal())
	}
	type hidden struct{ secret any }
	type field struct{ secret dynamicreference.Secret }
	type inner struct{ Secret *dynamicreference.Secret }
	values := []any{
		secret, &secret, []dynamicreference.Secret{secret}, map[string]dynamicreference.Secret{"k": secret}, field{secret}, &field{secret},
		hidden{secret}, inner{&secret}, errors.New(secret.String()), fmt.Errorf("read: %v", secret),
	}
	hex := fmt.Sprintf("%x", text)
	for _, v := range values {
		var printed bytes.Buffer
		for _, verb := range "vsqxXdtbcoOUeEfFgGpTw" {
			for _, flag := range []string{"", "+", "#", " ", "-20", "020", ".3"} {
				fmt.Fprintf(&printed, "%"+flag+string(verb)+"\n", v)
			}
		}
		fmt.Fprintln(&printed, v)
		for _, handler := range []slog.Handler{slog.NewTextHandler(&printed, nil), slog.NewJSONHandler(&printed, nil)} {
			slog.New(handler).Info("made", "value", v, slog.Any("any", v))
		}
		if err := json.NewEncoder(&printed).Encode(v); err != nil {
			t.Error(err)
		}
		if got := strings.ToLower(printed.String()); strings.Contains(got, text) || strings.Contains(got, hex) || strings.Contains(got, "104 117") {
			t.Errorf("%T shows it: %s", v, got)
		}
	}
	if got := fmt.Sprintf("%s %q %+v %#v %d", secret, secret, secret, secret, secret); got != "**** **** **** **** ****" {
		t.Error(got)
	}
	if b, err := json.Marshal(map[string]any{"a": secret}); err != nil || string(b) != `{"a":"****"}` {
		t.Errorf("%s %v", b, err)
	}
}
