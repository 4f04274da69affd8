package ssmsession

import (
	"crypto/rand"
	"encoding/base64"
)

// newToken is 256 random bits.
func newToken() string {
	var bits [32]byte
	_, _ = rand.Read(bits[:]) // never fails
	return base64.StdEncoding.EncodeToString(bits[:])
}

// execPrefix begins the ids of ECS Exec's sessions.
const execPrefix = "ecs-execute-command"

// NewExecID is the id of a session of ECS Exec. Source: recorded-exec.md X1.
func NewExecID() string { return NewID(execPrefix) }

// NewID is the id of a session that someone starts whose user or role session has the name. Source:
// amazon-ssm-agent#261 (tim.malone-097bc8bd07a0dee95); that its end grew as in X1 is an assumption.
func NewID(name string) string { return name + "-" + suffix() }

// suffix is 26 characters of [a-z0-9].
func suffix() string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	text := make([]byte, 26)
	var random [1]byte
	for i := range text {
		for {
			_, _ = rand.Read(random[:]) // never fails
			if random[0] < 252 {        // the largest multiple of 36, or some letters would come more often
				break
			}
		}
		text[i] = letters[random[0]%36]
	}
	return string(text)
}
