package secretsmanager

import (
	"context"
	"crypto/rand"
	"math/big"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/secretsmanager"
)

// What passwords are made of. Source: Secrets Manager API reference, GetRandomPassword.
const (
	lower           = "abcdefghijklmnopqrstuvwxyz"
	upper           = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits          = "0123456789"
	punctuation     = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
	defaultPassword = 32
)

// GetRandomPassword makes a password, which the emulator does not keep.
func (a *API) GetRandomPassword(_ context.Context, in *sdk.GetRandomPasswordInput) (*sdk.GetRandomPasswordOutput, error) {
	length := defaultPassword
	if in.PasswordLength != nil {
		length = int(*in.PasswordLength)
	}
	kinds := kindsOf(in)
	all := strings.Join(kinds, "")
	required := 0
	if in.RequireEachIncludedType == nil || *in.RequireEachIncludedType {
		required = len(kinds)
	}
	switch { // SEC0008, for the first
	case length < required:
		return nil, invalidParameter("Password length is too short based on the required types.")
	case all == "":
		return nil, invalidParameter("All characters are excluded.") // the text is the emulator's
	}
	password := make([]byte, 0, length)
	for i := range length {
		from := all
		if i < required {
			from = kinds[i]
		}
		password = append(password, from[chance(len(from))])
	}
	for i := range password { // so that the places of the required ones are random
		j := i + chance(len(password)-i)
		password[i], password[j] = password[j], password[i]
	}
	return &sdk.GetRandomPasswordOutput{RandomPassword: aws.String(string(password))}, nil
}

// kindsOf are the characters of each kind that a request wants, those of no kind left out.
func kindsOf(in *sdk.GetRandomPasswordInput) (kinds []string) {
	for _, k := range []struct {
		text string
		not  *bool
	}{
		{lower, in.ExcludeLowercase}, {upper, in.ExcludeUppercase}, {digits, in.ExcludeNumbers}, {punctuation, in.ExcludePunctuation},
		{" ", aws.Bool(!aws.ToBool(in.IncludeSpace))},
	} {
		left := strings.Map(func(c rune) rune {
			if strings.ContainsRune(aws.ToString(in.ExcludeCharacters), c) {
				return -1
			}
			return c
		}, k.text)
		if !aws.ToBool(k.not) && left != "" {
			kinds = append(kinds, left)
		}
	}
	return kinds
}

// chance is a number below n.
func chance(n int) int {
	i, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		panic(err) // it never fails
	}
	return int(i.Int64())
}
