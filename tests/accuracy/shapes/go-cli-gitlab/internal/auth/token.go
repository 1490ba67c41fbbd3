// Package auth checks tokens of pilots.
package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Valid says whether sum is the MAC of the pilot's name.
func Valid(key []byte, pilot, sum string) bool {
	want := hmac.New(sha256.New, key)
	want.Write([]byte(pilot))
	got, err := hex.DecodeString(sum)
	return err == nil && hmac.Equal(got, want.Sum(nil))
}
