package iam

import (
	"crypto/sha256"

	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// IDOfRole is the unique id of the role that an ARN names. known is false for a role that
// does not exist, whose id follows from its ARN.
func IDOfRole(tx *store.Tx, arn string) (id string, known bool) {
	if r := RoleByARN(tx, AccountOfARN(arn), arn); r != nil {
		return r.ID, true
	}
	sum := sha256.Sum256([]byte(arn))
	text := []byte(RoleID)
	for _, b := range sum[:idDigits] {
		text = append(text, idAlphabet[int(b)%len(idAlphabet)])
	}
	return string(text), false
}
