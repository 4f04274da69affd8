package kit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// CheckClientToken holds a token to its length, in the words of CreateService (ECS0081),
// and to printable ASCII without spaces. Source of the latter: ECS API reference; its
// words are not published.
func CheckClientToken(token string, most int) error {
	if len(token) > most {
		return InvalidParameter(fmt.Sprintf("idempotency token longer than %d.", most))
	}
	for i := range len(token) {
		if token[i] < 33 || token[i] > 126 {
			return InvalidParameter("Invalid clientToken.")
		}
	}
	return nil
}

// Digest tells requests apart: those with the same JSON have the same digest.
func Digest(request any) string {
	sum := sha256.Sum256(wire.Marshal(request))
	return hex.EncodeToString(sum[:])
}
