RSpec.describe 'posts' do
  it 'lists' do
    expect(get('/posts').status).to eq 200
  end

  it 'asks for a user' do
    expect(get('/posts', user: nil).status).to eq 401
  end
end
