package machine

import (
	"cmp"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/host/doctor"
)

// Environment is what clients read that are started from here. real says whether a profile leads to credentials of AWS.
func Environment(endpoint string, variables []string, real func(profile string) bool) doctor.Environment {
	e := doctor.Environment{Endpoint: doctor.Shown(endpoint), Variables: map[string]string{}}
	for _, one := range variables {
		name, value, _ := strings.Cut(one, "=")
		e.Variables[name] = value
	}
	if path := e.Variables["AWS_CA_BUNDLE"]; path != "" {
		e.Bundle = bundleTrouble(path)
	}
	e.Profile = cmp.Or(e.Variables["AWS_PROFILE"], "default")
	e.Real = real != nil && real(e.Profile)
	return e
}

// bundleTrouble says why a file of certificates cannot be used, as the end of a sentence about it.
func bundleTrouble(path string) string {
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "does not exist"
	case err != nil:
		return "cannot be read"
	case !x509.NewCertPool().AppendCertsFromPEM(text):
		return "has no certificate"
	}
	return ""
}
