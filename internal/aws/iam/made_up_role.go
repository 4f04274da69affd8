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
	return madeUpID(arn), false
}

func madeUpID(roleARN string) string {
	sum := sha256.Sum256([]byte(roleARN))
	text := []byte(RoleID)
	for _, b := range sum[:idDigits] {
		text = append(text, idAlphabet[int(b)%len(idAlphabet)])
	}
	return string(text)
}

// RoleIsGone reports whether a role that had an ARN and a unique id is deleted, also if there is one of the name again (AC49).
// One that never was there is not gone, nor is it when it is made.
func RoleIsGone(tx *store.Tx, arn, id string) bool {
	found, _ := IDOfRole(tx, arn)
	return found != id && madeUpID(arn) != id
}
